using System.Collections.Concurrent;
using Pipeline.Hashing;
using Pipeline.Imaging;
using Pipeline.Sift;

namespace Pipeline.Tests.Benchmarks;

/// <summary>
/// Codes of SIFT descriptors of photographs: as many as there are, and further ones of the same descriptors moved by noise, as
/// another view of the same place gives them.
/// </summary>
internal sealed class RealCodes
{
    public const int Bits = 64;

    private const int MaxSide = 1600;
    private const int Dimensions = SiftFeatures.DescriptorSize;

    /// <summary>Standard deviation, in steps of a descriptor's values: moves it by about a quarter of its length.</summary>
    private const double Noise = 12;

    private readonly byte[] _descriptors;
    private readonly RandomHyperplanes _hash;

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

        var mean = new float[Dimensions];
        for (var i = 0; i < _descriptors.Length; i++)
        {
            mean[i % Dimensions] += (float)_descriptors[i] / Count;
        }

        _hash = new RandomHyperplanes(Dimensions, Bits, centre: mean);
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

    private void Encode(int n, Span<byte> code)
    {
        Span<float> values = stackalloc float[Dimensions];
        var descriptor = _descriptors.AsSpan(n % Count * Dimensions, Dimensions);
        var random = n < Count ? null : new Random(n);
        for (var d = 0; d < Dimensions; d++)
        {
            // Scaled to unit length, about.
            values[d] = Math.Max(0, descriptor[d] + (random is null ? 0 : Gaussian(random))) / 512f;
        }

        _hash.Encode(values, code);
    }

    private static float Gaussian(Random random) => (float)(Noise * (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 2);
}
