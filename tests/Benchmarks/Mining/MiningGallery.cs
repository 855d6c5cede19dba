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
/// As many images as are wanted from the features of real pictures, in groups of a few views of one scene, as photographs of objects come.
/// Views differ by noise on the embedding, by words that are replaced by others drawn as often as they occur, and by keypoints that only
/// one of them has. A picture makes many scenes: each has embedding dimensions and words of its own, exchanged among those that are alike in
/// mean and frequency, so that scenes are as far apart as different pictures are, and views as near as views. Image n is the same in
/// every run.
/// </summary>
internal sealed class MiningGallery
{
    /// <summary>Images of one scene, which follow each other.</summary>
    public const int Views = 4;

    private const int Keypoints = 1500;
    private const double ReplacedWords = 0.3;
    private const double ReplacedKeypoints = 0.3;
    private const float Noise = 0.02f;

    /// <summary>Stored features that differ between scenes of one picture; scenes that share them are no neighbours but by chance.</summary>
    private const int StoredVariants = 8;

    /// <summary>Dimensions, and words, among which a scene exchanges.</summary>
    private const int AlikeDimensions = 32;
    private const int AlikeWords = 64;

    private readonly (float[] Embedding, int[] Words, SiftFeatures Sift)[] _pictures;
    private readonly int[] _allWords;
    private readonly int[] _dimensionsByMean;
    private readonly int[] _wordsByFrequency;
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
        _dimensionsByMean = [.. Enumerable.Range(0, Dimensions).OrderBy(d => _pictures.Sum(picture => picture.Embedding[d]))];
        _wordsByFrequency = [.. Enumerable.Range(0, Words).OrderBy(word => _vocabulary.Idf[word])];
    }

    /// <summary>Indices that a sift vector may have.</summary>
    public int Words => _vocabulary.Size;

    public int Pictures => _pictures.Length;

    public int Dimensions => _pictures[0].Embedding.Length;

    public CollectionSchema Schema => new([new DenseSpace("cnn", Dimensions), new SparseSpace("sift")]);

    /// <summary>Image n as it is indexed.</summary>
    public IndexPoint Point(int n)
    {
        var random = new Random(n);
        var (_, words, _) = _pictures[Picture(n)];
        var exchanged = Exchange(_wordsByFrequency, AlikeWords, n / Views);
        int[] bag = [.. words.Select(word => exchanged[random.NextDouble() < ReplacedWords ? _allWords[random.Next(_allWords.Length)] : word])];
        return new IndexPoint
        {
            Id = Gallery.Id(n),
            Payload = new IndexPayload { Tenant = "default" },
            Vectors = new Dictionary<string, VectorValue> { ["cnn"] = new DenseVector(Embedding(n)), ["sift"] = Weigh(bag) },
        };
    }

    /// <summary>The CNN embedding of image n.</summary>
    public float[] Embedding(int n)
    {
        var random = new Random(n);
        var embedding = _pictures[Picture(n)].Embedding;
        var exchanged = Exchange(_dimensionsByMean, AlikeDimensions, n / Views);
        var moved = new float[embedding.Length];
        for (var d = 0; d < moved.Length; d++)
        {
            moved[exchanged[d]] = embedding[d] + (Noise * Gaussian(random));
        }

        return moved;
    }

    /// <summary>Names the stored features of image n, which it may share with another scene.</summary>
    public string SiftKey(int n) => $"{Picture(n)}/{Variant(n)}/{n % Views}";

    /// <summary>
    /// The features of image n that verification reads, as many as are stored by default: the picture's, of which a part, another one in
    /// each view, is that of other pictures. A variant has its descriptors' dimensions in an order of its own and matches itself alone.
    /// </summary>
    public byte[] Sift(int n)
    {
        const int Header = 20;
        const int Keypoint = 24;
        const int Descriptor = SiftFeatures.DescriptorSize;
        var features = _pictures[Picture(n)].Sift;
        var bytes = features.Serialize();
        var random = new Random((Picture(n) * Views) + (n % Views));
        var order = Exchange([.. Enumerable.Range(0, Descriptor)], Descriptor, Variant(n));
        Span<byte> moved = stackalloc byte[Descriptor];
        for (var i = 0; i < features.Count; i++)
        {
            var row = bytes.AsSpan(Header + (features.Count * Keypoint) + (i * Descriptor), Descriptor);
            var other = _pictures[random.Next(_pictures.Length)].Sift;
            if (random.NextDouble() < ReplacedKeypoints && i < other.Count)
            {
                other.Descriptors.Slice(i * Descriptor, Descriptor).CopyTo(row);
            }

            for (var d = 0; d < Descriptor; d++)
            {
                moved[order[d]] = row[d];
            }

            moved.CopyTo(row);
        }

        return bytes;
    }

    private int Picture(int n) => n / Views % Pictures;

    private int Variant(int n) => n / Views / Pictures % StoredVariants;

    /// <summary>A permutation of places that moves each only within its block of places that are alike.</summary>
    private static int[] Exchange(int[] alike, int block, int seed)
    {
        var random = new Random(seed);
        int[] shuffled = [.. alike];
        for (var begin = 0; begin < shuffled.Length; begin += block)
        {
            random.Shuffle(shuffled.AsSpan(begin, Math.Min(block, shuffled.Length - begin)));
        }

        var moved = new int[alike.Length];
        for (var i = 0; i < alike.Length; i++)
        {
            moved[alike[i]] = shuffled[i];
        }

        return moved;
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
