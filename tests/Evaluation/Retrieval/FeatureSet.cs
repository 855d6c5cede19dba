using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Evaluation;
using Pipeline.Hashing;
using Pipeline.Imaging;
using Pipeline.Onnx;
using Pipeline.Sift;
using Pipeline.Standalone.Demo;

namespace Pipeline.Tests.Evaluation.Retrieval;

/// <summary>One picture's features.</summary>
internal sealed record PictureFeatures(string File, float[] Embedding, byte[] Code, SiftFeatures Sift, CnnFeatures Cnn);

/// <summary>The features of every picture of a ground truth, extracted once as the services do.</summary>
internal sealed record FeatureSet(GroundTruth Truth, string Root, IReadOnlyList<PictureFeatures> Pictures)
{
    public static FeatureSet Extract(string images, string groundTruth, int bits)
    {
        var set = DemoSet.FromFolder(images, groundTruth);
        var decoder = new ImageDecoder(new ImagingOptions());
        var siftOptions = new SiftOptions();
        var extractor = new SiftExtractor(siftOptions);
        var options = new BackboneOptions();
        var sessions = new OnnxSessionFactory(Options.Create(new OnnxOptions()), NullLogger<OnnxSessionFactory>.Instance);
        var model = BackboneArtifact.Load(options);
        using var backbone = new Backbone(model, options, sessions);
        using var encoder = new HashEncoder(
            RandomHyperplanes.ForBackbone(model, bits, RandomHyperplanes.DefaultSeed, options.EmbeddingOutput).BuildModel(), sessions);

        // Sorted by name: the last of a group is the one that is held out.
        string[] files = [.. set.Truth!.Files.Order(StringComparer.Ordinal)];
        var pictures = new PictureFeatures[files.Length];
        Parallel.For(0, files.Length, i =>
        {
            var encoded = File.ReadAllBytes(Path.Combine(set.Root, files[i]));
            using var rgb = decoder.DecodeRgb(encoded, backbone.InputSize, backbone.InputSize);
            using var gray = decoder.DecodeGray(encoded, siftOptions.MaxSide);
            var cnn = backbone.Extract([rgb.Memory])[0];
            var embedding = cnn.Embedding.ToArray();
            pictures[i] = new PictureFeatures(
                files[i], embedding, encoder.Encode(embedding, 1), extractor.Extract(gray.Pixels, gray.Width, gray.Height), cnn);
        });
        return new FeatureSet(set.Truth, set.Root, pictures);
    }
}
