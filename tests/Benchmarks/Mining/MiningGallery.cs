using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Imaging;
using Pipeline.Neighbours.Words;
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
    private const int Keypoints = 1500;
    private const double ReplacedWords = 0.3;
    private const float Noise = 0.02f;

    private readonly (float[] Embedding, int[] Words, SiftFeatures Sift)[] _pictures;
    private readonly int[] _allWords;
    private readonly VisualVocabulary _vocabulary;

    public MiningGallery(string folder)
    {
        var files = ImageCopies.Files(folder);
        if (files.Count == 0)
        {
            throw new ArgumentException($"There are no pictures in {folder}.");
        }

        var features = new ConcurrentDictionary<string, (float[] Embedding, SiftFeatures Sift, SiftFeatures Stored)>();
        using (var backbone = Backbone())
        {
            var sift = new SiftOptions { MaxKeypoints = Keypoints };
            var extractor = new SiftExtractor(sift);
            var stored = new SiftExtractor(new SiftOptions());
            var decoder = new ImageDecoder(new ImagingOptions());
            Parallel.ForEach(files, file =>
            {
                var bytes = File.ReadAllBytes(file);
                using var gray = decoder.DecodeGray(bytes, sift.MaxSide);
                using var rgb = decoder.DecodeRgb(bytes, backbone.InputSize, backbone.InputSize);
                features[file] = (backbone.Extract([rgb.Memory])[0].Embedding.ToArray(), extractor.Extract(gray.Pixels, gray.Width, gray.Height), stored.Extract(gray.Pixels, gray.Width, gray.Height));
            });
        }

        var ordered = files.Select(file => features[file]).ToArray();
        _vocabulary = new VocabularyTrainer(new VocabularyOptions()).Train([.. ordered.Select(picture => picture.Sift)]);
        _pictures = [.. ordered.Select(picture => (picture.Embedding, Quantise(picture.Sift), picture.Stored))];
        _allWords = [.. _pictures.SelectMany(picture => picture.Words)];
    }

    /// <summary>Indices that a sift vector may have.</summary>
    public int Words => _vocabulary.Size;

    public int Pictures => _pictures.Length;

    public int Dimensions => _pictures[0].Embedding.Length;

    public CollectionSchema Schema => new([new DenseSpace("cnn", Dimensions), new SparseSpace("sift")]);

    /// <summary>The CNN embedding of a picture.</summary>
    public float[] Embedding(int picture) => _pictures[picture].Embedding;

    /// <summary>The features of a picture that verification reads, as many as are stored by default.</summary>
    public SiftFeatures Sift(int picture) => _pictures[picture].Sift;

    /// <summary>Image n.</summary>
    public IndexPoint Point(int n)
    {
        var random = new Random(n);
        var (embedding, words, _) = _pictures[n % _pictures.Length];
        float[] moved = [.. embedding.Select(value => value + (Noise * Gaussian(random)))];
        int[] bag = [.. words.Select(word => random.NextDouble() < ReplacedWords ? _allWords[random.Next(_allWords.Length)] : word)];
        return new IndexPoint
        {
            Id = Gallery.Id(n),
            Payload = new IndexPayload { Tenant = "default" },
            Vectors = new Dictionary<string, VectorValue> { ["cnn"] = new DenseVector(moved), ["sift"] = Weigh(bag) },
        };
    }

    /// <summary>As <see cref="BagOfWords"/> weighs them.</summary>
    private SparseVector Weigh(int[] bag)
    {
        int[] words = [.. bag.Distinct().Order()];
        double[] weights = [.. words.Select(word => (double)_vocabulary.Idf[word])];
        var norm = Math.Sqrt(weights.Sum(weight => weight * weight));
        return new SparseVector([.. words.Select(word => (uint)word)], [.. weights.Select(weight => (float)(weight / norm))]);
    }

    private int[] Quantise(SiftFeatures features)
    {
        var words = new int[features.Count];
        _vocabulary.Quantise(features.Descriptors, words);
        return words;
    }

    private static Backbone Backbone()
    {
        var options = new BackboneOptions();
        var sessions = new OnnxSessionFactory(Options.Create(new OnnxOptions()), NullLogger<OnnxSessionFactory>.Instance);
        return new Backbone(BackboneArtifact.Load(options), options, sessions);
    }

    private static float Gaussian(Random random) =>
        MathF.Sqrt(-2 * MathF.Log(1 - random.NextSingle())) * MathF.Cos(2 * MathF.PI * random.NextSingle());
}
