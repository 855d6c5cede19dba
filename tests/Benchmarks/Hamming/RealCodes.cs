using System.Collections.Concurrent;
using Pipeline.Hashing;
using Pipeline.Hashing.Learning;
using Pipeline.Imaging;
using Pipeline.Sift;

namespace Pipeline.Tests.Benchmarks;

/// <summary>
/// Codes of SIFT descriptors of photographs by ITQ: as many as there are, and further ones of the same descriptors moved by noise, as
/// another view of the same place gives them.
/// </summary>
internal sealed class RealCodes
{
    public const int Bits = 64;

    private const int MaxSide = 1600;
    private const int TrainingRows = 20_000;
    private const int Dimensions = SiftFeatures.DescriptorSize;

    /// <summary>Standard deviation, in steps of a descriptor's values: moves it by about a quarter of its length.</summary>
    private const double Noise = 12;

    private readonly byte[] _descriptors;
    private readonly IHashFunction _hash;

    public RealCodes(string folder)
    {
        var files = ImageCopies.Files(folder);
        var found = new ConcurrentDictionary<string, byte[]>();
        var extractor = new SiftExtractor(new SiftOptions { MaxSide = MaxSide, MaxKeypoints = SiftFeatures.MaxCount, ContrastThreshold = 0.02 });
        var decoder = new ImageDecoder(new ImagingOptions());
        Parallel.ForEach(files, file =>
        {
            using var gray = decoder.DecodeGray(File.ReadAllBytes(file), MaxSide);
            found[file] = extractor.Extract(gray.Pixels, gray.Width, gray.Height).Descriptors.ToArray();
        });
        _descriptors = [.. files.SelectMany(file => found[file])];
        if (_descriptors.Length == 0)
        {
            throw new ArgumentException($"There are no pictures in {folder}.");
        }

        var step = Math.Max(1, Count / TrainingRows);
        float[] rows = [.. Enumerable.Range(0, Count / step).SelectMany(row => Scaled(row * step, null))];
        _hash = new IterativeQuantization().Train(new FeatureRows(rows, Dimensions), Bits, seed: 1);
    }

    /// <summary>Descriptors found.</summary>
    public int Count => _descriptors.Length / Dimensions;

    /// <summary>Codes n, n + 1 and so on; the same in every run.</summary>
    public byte[] Codes(int first, int count)
    {
        var codes = new byte[count * (Bits / 8)];
        Parallel.For(0, count, i => Encode(first + i, codes.AsSpan(i * (Bits / 8), Bits / 8)));
        return codes;
    }

    private void Encode(int n, Span<byte> code) => _hash.Encode(Scaled(n % Count, n < Count ? null : new Random(n)), code);

    /// <summary>A descriptor of about unit length, moved if there is a generator to move it by.</summary>
    private float[] Scaled(int row, Random? random)
    {
        var values = new float[Dimensions];
        for (var d = 0; d < Dimensions; d++)
        {
            values[d] = Math.Max(0, _descriptors[(row * Dimensions) + d] + (random is null ? 0 : Gaussian(random))) / 512f;
        }

        return values;
    }

    private static float Gaussian(Random random) => (float)(Noise * (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 2);
}
