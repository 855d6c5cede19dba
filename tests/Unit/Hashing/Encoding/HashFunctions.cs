using Pipeline.Hashing;
using Pipeline.Tests.Unit.Onnx;
using Xunit;

namespace Pipeline.Tests.Unit.Hashing.Encoding;

/// <summary>Random functions of every family, and what is asked of all of them.</summary>
internal static class HashFunctions
{
    public static readonly string[] Families = ["linear", "periodic", "ball", "network"];

    public static IHashFunction Make(string family, int dimensions, int bits, int seed, double spread = 1)
    {
        var random = new Random(seed);
        double[] Values(int count, double size) => [.. Enumerable.Range(0, count).Select(_ => (random.NextDouble() - 0.5) * size)];
        int inner = 1 + random.Next(40);
        return family switch
        {
            "linear" => new LinearHash(Values(bits * dimensions, 2), Values(bits, spread), dimensions),
            "periodic" => new PeriodicHash(
                Values(inner * dimensions, 2),
                Values(dimensions, spread),
                [.. Enumerable.Range(0, bits).Select(_ => new Wave(random.Next(inner), random.NextDouble() * spread, spread / (1 + random.Next(9))))],
                dimensions),
            "ball" => new BallHash(
                Values(bits * dimensions, spread), [.. Values(bits, 0.2).Select(r => (0.4 + r) * spread * Math.Sqrt(dimensions))], dimensions),
            "network" => new NetworkHash(
                Values(inner * dimensions, 9 / spread / Math.Sqrt(dimensions)), Values(inner, 1), Values(bits * inner, 2), Values(bits, 0.5), dimensions),
            _ => throw new ArgumentException(family),
        };
    }

    /// <summary>Mostly values of the spread, and now and then one that strains the grid.</summary>
    public static float[] Features(int count, int seed, double spread = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(3000) switch
        {
            0 => 0,
            1 => float.MaxValue,
            2 => -5000,
            3 => float.Epsilon,
            4 => (random.Next(-100, 100) + 0.5f) / 65536,
            5 => -float.MaxValue,
            6 => 1024,
            _ => (float)((random.NextDouble() - 0.5) * spread),
        })];
    }

    public static byte[] Encode(IHashFunction hash, ReadOnlySpan<float> features)
    {
        int rows = features.Length / hash.Dimensions, width = hash.Bits / 8;
        var codes = new byte[rows * width];
        for (int row = 0; row < rows; row++)
        {
            hash.Encode(features.Slice(row * hash.Dimensions, hash.Dimensions), codes.AsSpan(row * width, width));
        }

        return codes;
    }

    /// <summary>Requires that the model gives the plain code's bytes, in one batch and in batches of odd sizes.</summary>
    public static byte[] AssertModelAgrees(IHashFunction hash, ReadOnlySpan<float> features)
    {
        int rows = features.Length / hash.Dimensions;
        byte[] expected = Encode(hash, features);
        using var encoder = new HashEncoder(hash.BuildModel(), OnnxFixture.Sessions);
        Assert.Equal((hash.Dimensions, hash.Bits), (encoder.Dimensions, encoder.Bits));
        Assert.Equal(expected, encoder.Encode(features, rows));
        int some = Math.Min(rows, 7);
        Assert.Equal(expected[..(some * hash.Bits / 8)], encoder.Encode(features[..(some * hash.Dimensions)], some));
        Assert.Equal(expected[..(hash.Bits / 8)], encoder.Encode(features[..hash.Dimensions], 1));
        return expected;
    }

    public static bool Bit(byte[] codes, int bits, int row, int bit) => ((codes[(row * bits / 8) + (bit / 8)] >> (bit % 8)) & 1) == 1;
}
