using System.Collections.Concurrent;
using System.Numerics.Tensors;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Imaging;
using Pipeline.Onnx;
using Pipeline.Sift;
using Pipeline.VectorIndex;

namespace Pipeline.Tests.Benchmarks;

/// <summary>
/// As many images as are wanted from the features of real pictures: an embedding moved by noise, and a bag of words of which
/// some are replaced by words drawn as often as they occur. Image n is the same in every run.
/// </summary>
internal sealed class MiningGallery
{
    public const int Words = 4096;
    private const int Keypoints = 1500;
    private const double ReplacedWords = 0.3;
    private const float Noise = 0.02f;

    private readonly (float[] Embedding, int[] Words)[] _pictures;
    private readonly int[] _allWords;
    private readonly double[] _idf;

    public MiningGallery(string folder)
    {
        var files = ImageCopies.Files(folder);
        if (files.Count == 0)
        {
            throw new ArgumentException($"There are no pictures in {folder}.");
        }

        var features = new ConcurrentDictionary<string, (float[] Embedding, byte[] Descriptors)>();
        using (var backbone = Backbone())
        {
            var sift = new SiftOptions { MaxKeypoints = Keypoints };
            var extractor = new SiftExtractor(sift);
            var decoder = new ImageDecoder(new ImagingOptions());
            Parallel.ForEach(files, file =>
            {
                var bytes = File.ReadAllBytes(file);
                using var gray = decoder.DecodeGray(bytes, sift.MaxSide);
                using var rgb = decoder.DecodeRgb(bytes, backbone.InputSize, backbone.InputSize);
                features[file] = (backbone.Extract([rgb.Memory])[0].Embedding.ToArray(), extractor.Extract(gray.Pixels, gray.Width, gray.Height).Descriptors.ToArray());
            });
        }

        var ordered = files.Select(file => features[file]).ToArray();
        var centres = Sample(ordered.SelectMany(picture => Rows(picture.Descriptors)).ToArray(), Words);
        _pictures = [.. ordered.AsParallel().AsOrdered().Select(picture => (picture.Embedding, Quantise(picture.Descriptors, centres)))];
        _allWords = [.. _pictures.SelectMany(picture => picture.Words)];
        var occurrences = new int[Words];
        foreach (var word in _pictures.SelectMany(picture => picture.Words.Distinct()))
        {
            occurrences[word]++;
        }

        _idf = [.. occurrences.Select(n => Math.Log((1.0 + _pictures.Length) / (1 + n)) + 1)];
    }

    public int Pictures => _pictures.Length;

    public int Dimensions => _pictures[0].Embedding.Length;

    public CollectionSchema Schema => new([new DenseSpace("cnn", Dimensions), new SparseSpace("sift")]);

    /// <summary>Image n.</summary>
    public IndexPoint Point(int n)
    {
        var random = new Random(n);
        var (embedding, words) = _pictures[n % _pictures.Length];
        float[] moved = [.. embedding.Select(value => value + (Noise * Gaussian(random)))];
        int[] bag = [.. words.Select(word => random.NextDouble() < ReplacedWords ? _allWords[random.Next(_allWords.Length)] : word)];
        return new IndexPoint
        {
            Id = Gallery.Id(n),
            Payload = new IndexPayload { Tenant = "default" },
            Vectors = new Dictionary<string, VectorValue> { ["cnn"] = new DenseVector(moved), ["sift"] = Weigh(bag) },
        };
    }

    private SparseVector Weigh(int[] bag)
    {
        var counts = bag.CountBy(word => word).OrderBy(count => count.Key).ToArray();
        double[] weights = [.. counts.Select(count => Math.Sqrt(count.Value) * _idf[count.Key])];
        var norm = Math.Sqrt(weights.Sum(weight => weight * weight));
        return new SparseVector([.. counts.Select(count => (uint)count.Key)], [.. weights.Select(weight => (float)(weight / norm))]);
    }

    private static Backbone Backbone()
    {
        var options = new BackboneOptions();
        var sessions = new OnnxSessionFactory(Options.Create(new OnnxOptions()), NullLogger<OnnxSessionFactory>.Instance);
        return new Backbone(BackboneArtifact.Load(options), options, sessions);
    }

    private static IEnumerable<float[]> Rows(byte[] descriptors) =>
        descriptors.Chunk(SiftFeatures.DescriptorSize).Select(row => Array.ConvertAll(row, value => (float)value));

    private static float[][] Sample(float[][] rows, int count)
    {
        new Random(1).Shuffle(rows);
        return rows[..Math.Min(count, rows.Length)];
    }

    /// <summary>The nearest centre of each descriptor; descriptors are about equally long, so it is the greatest dot product.</summary>
    private static int[] Quantise(byte[] descriptors, float[][] centres) =>
        [.. Rows(descriptors).Select(row => TensorPrimitives.IndexOfMax<float>(Array.ConvertAll(centres, centre => TensorPrimitives.Dot<float>(row, centre))))];

    private static float Gaussian(Random random) =>
        MathF.Sqrt(-2 * MathF.Log(1 - random.NextSingle())) * MathF.Cos(2 * MathF.PI * random.NextSingle());
}
