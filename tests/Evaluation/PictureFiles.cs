using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Imaging;
using Pipeline.Onnx;

namespace Pipeline.Tests.Evaluation;

/// <summary>Picture files as features of the default backbone.</summary>
internal static class PictureFiles
{
    public static OnnxSessionFactory Sessions { get; } = new(Options.Create(new OnnxOptions()), NullLogger<OnnxSessionFactory>.Instance);

    public static CnnFeatures[] Extract(IReadOnlyList<string> files)
    {
        var decoder = new ImageDecoder(new ImagingOptions());
        var options = new BackboneOptions();
        using var backbone = new Backbone(BackboneArtifact.Load(options), options, Sessions);
        var features = new CnnFeatures[files.Count];
        Parallel.For(0, files.Count, i =>
        {
            using var rgb = decoder.DecodeRgb(File.ReadAllBytes(files[i]), backbone.InputSize, backbone.InputSize);
            features[i] = backbone.Extract([rgb.Memory])[0];
        });
        return features;
    }
}
