using Pipeline.Hashing;
using Pipeline.Onnx;
using Pipeline.Tests.Unit.Onnx;
using Xunit;

namespace Pipeline.Tests.Unit.Hashing;

public sealed class HashEncoderTests
{
    [Theory]
    [InlineData(16, 2)]
    [InlineData(64, 128)]
    [InlineData(64, 576)]
    [InlineData(136, 33)]
    [InlineData(256, 576)]
    public void The_model_gives_bit_for_bit_what_plain_code_gives(int bits, int dimensions)
    {
        const int Rows = 300;
        var random = new Random(bits + dimensions);
        float[] features = [.. Enumerable.Range(0, Rows * dimensions).Select(_ => Value(random))];
        float[] centre = [.. Enumerable.Range(0, dimensions).Select(_ => random.NextSingle())];
        var hyperplanes = new RandomHyperplanes(dimensions, bits, seed: 3, centre);
        using var encoder = new HashEncoder(hyperplanes.BuildModel(), OnnxFixture.Sessions);

        byte[] codes = encoder.Encode(features, Rows);

        var expected = new byte[bits / 8];
        for (int row = 0; row < Rows; row++)
        {
            hyperplanes.Encode(features.AsSpan(row * dimensions, dimensions), expected);
            Assert.Equal(expected, codes.AsSpan(row * bits / 8, bits / 8).ToArray());
        }

        Assert.Equal((bits, dimensions), (encoder.Bits, encoder.Dimensions));
    }

    [Fact]
    public void A_tie_gives_zero_in_both()
    {
        // On the axes, every sum is exact by eye: bit 0 compares 3·x0 with 1.5, bit 1 compares x0 − x1 with 0.
        var weights = new double[16];
        (weights[0], weights[2], weights[3]) = (3, 1, -1);
        var thresholds = new double[8];
        thresholds[0] = 1.5;
        var hash = new LinearHash(weights, thresholds, 2);
        using var encoder = new HashEncoder(hash.BuildModel(), OnnxFixture.Sessions);
        float[] features = [0.5f, 0.5f, 0.5f + (1f / 65536), 0.5f, 0.5f, 0.5f - (1f / 65536), -0.25f, -0.25f];

        byte[] codes = encoder.Encode(features, 4);

        Assert.Equal([0, 3, 2, 0], codes);
        for (int row = 0; row < 4; row++)
        {
            var code = new byte[1];
            hash.Encode(features.AsSpan(2 * row, 2), code);
            Assert.Equal(codes[row], code[0]);
        }
    }

    [Fact]
    public void Half_steps_of_the_grid_round_to_even_in_both()
    {
        // One weight and thresholds between the grid's steps show what each feature was rounded to.
        const float Step = 1f / 65536;
        var hash = new LinearHash(Enumerable.Repeat(1.0, 8).ToArray(), [.. Enumerable.Range(-4, 8).Select(i => (i + 0.5) * Step)], 1);
        using var encoder = new HashEncoder(hash.BuildModel(), OnnxFixture.Sessions);
        float[] features = [0.5f * Step, 1.5f * Step, 2.5f * Step, -0.5f * Step, -1.5f * Step, -2.5f * Step];

        byte[] codes = encoder.Encode(features, features.Length);

        Assert.Equal([4, 6, 6, 4, 2, 2], codes.Select(code => (int)byte.PopCount(code)));
        for (int row = 0; row < features.Length; row++)
        {
            var code = new byte[1];
            hash.Encode(features.AsSpan(row, 1), code);
            Assert.Equal(codes[row], code[0]);
        }
    }

    [Fact]
    public void A_row_has_the_same_code_in_every_batch()
    {
        var hyperplanes = new RandomHyperplanes(40, 64);
        using var encoder = new HashEncoder(hyperplanes.BuildModel(), OnnxFixture.Sessions);
        var random = new Random(5);
        float[] features = [.. Enumerable.Range(0, 50 * 40).Select(_ => random.NextSingle() - 0.5f)];
        byte[] together = encoder.Encode(features, 50);

        byte[] alone = [.. Enumerable.Range(0, 50).SelectMany(row => encoder.Encode(features.AsSpan(row * 40, 40), 1))];

        Assert.Equal(together, alone);
        Assert.Empty(encoder.Encode([], 0));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Refuses_a_feature_that_is_not_finite(float value)
    {
        using var encoder = new HashEncoder(new RandomHyperplanes(4, 16).BuildModel(), OnnxFixture.Sessions);
        Assert.Throws<InvalidDataException>(() => encoder.Encode([0, 1, value, 0], 1));
    }

    [Fact]
    public void Refuses_features_of_another_length()
    {
        using var encoder = new HashEncoder(new RandomHyperplanes(4, 16).BuildModel(), OnnxFixture.Sessions);
        Assert.Throws<ArgumentException>(() => encoder.Encode(new float[7], 2));
    }

    [Fact]
    public void Refuses_a_model_that_is_no_encoder()
    {
        var error = Assert.Throws<InvalidDataException>(() => new HashEncoder(OnnxFixture.RootOfMeans(), OnnxFixture.Sessions));
        Assert.Contains("features", error.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => new HashEncoder(new byte[10], OnnxFixture.Sessions));
    }

    [Fact]
    public void The_version_is_the_hash_of_the_model()
    {
        byte[] model = new RandomHyperplanes(4, 16).BuildModel();
        using var encoder = new HashEncoder(model, OnnxFixture.Sessions);
        Assert.Equal("hash-" + ModelFiles.Sha256(model)[..12], encoder.Version);
    }

    /// <summary>Mostly embedding-like values, and now and then one that strains the grid.</summary>
    private static float Value(Random random) => random.Next(200) switch
    {
        0 => 0,
        1 => 1e30f,
        2 => -5000,
        3 => float.Epsilon,
        4 => (random.Next(-100, 100) + 0.5f) / 65536,
        _ => random.NextSingle() * 0.2f,
    };
}
