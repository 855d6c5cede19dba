using Pipeline.Hashing;
using Pipeline.Onnx;
using Pipeline.Tests.Unit.Onnx;
using Xunit;

namespace Pipeline.Tests.Unit.Hashing;

public sealed class RandomHyperplanesTests
{
    [Fact]
    public void The_default_encoder_is_the_same_everywhere()
    {
        var hyperplanes = RandomHyperplanes.ForBackbone(OnnxFixture.DefaultBackbone, 64);
        Assert.Equal("hash-02131c9bf79c", ModelFiles.Version("hash", hyperplanes.BuildModel()));
    }

    [Fact]
    public void Another_seed_gives_other_hyperplanes() =>
        Assert.NotEqual(new RandomHyperplanes(10, 16, seed: 1).BuildModel(), new RandomHyperplanes(10, 16, seed: 2).BuildModel());

    [Theory]
    [InlineData(0.2)]
    [InlineData(1.0)]
    [InlineData(2.5)]
    public void The_share_of_differing_bits_is_the_angle_over_pi(double angle)
    {
        const int Dimensions = 300;
        double distance = 0;
        const int Seeds = 15;
        var random = new Random(1);
        for (ulong seed = 0; seed < Seeds; seed++)
        {
            var hyperplanes = new RandomHyperplanes(Dimensions, 256, seed, orthogonal: false);
            // Two directions at the angle, in a random plane of two coordinates.
            int first = random.Next(Dimensions), second = (first + 1 + random.Next(Dimensions - 1)) % Dimensions;
            var x = new float[Dimensions];
            var y = new float[Dimensions];
            x[first] = 1;
            (y[first], y[second]) = ((float)Math.Cos(angle), (float)Math.Sin(angle));
            distance += HammingDistance.Between(Code(hyperplanes, x), Code(hyperplanes, y));
        }

        // 15 × 256 bits: four standard deviations are 0.03.
        Assert.Equal(angle / Math.PI, distance / (256 * Seeds), 0.03);
    }

    [Fact]
    public void Orthogonal_bits_of_a_centred_encoder_divide_a_narrow_cone()
    {
        var random = new Random(2);
        float[] axis = [.. Enumerable.Range(0, 64).Select(_ => random.NextSingle() + 0.5f)];
        float[][] cone = [.. Enumerable.Range(0, 400).Select(_ => axis.Select(a => a + (0.1f * (random.NextSingle() - 0.5f))).ToArray())];

        double plain = Balance(new RandomHyperplanes(64, 56, 1), cone);
        double centred = Balance(new RandomHyperplanes(64, 56, 1, axis), cone);

        Assert.InRange(plain, 0, 0.15);
        Assert.InRange(centred, 0.4, 0.5);
    }

    [Fact]
    public void More_bits_than_dimensions_are_possible()
    {
        var hyperplanes = new RandomHyperplanes(20, 256, 1, Enumerable.Repeat(1f, 20).ToArray());
        Assert.Equal(32, Code(hyperplanes, [.. Enumerable.Range(0, 20).Select(i => i - 3f)]).Length);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(60)]
    [InlineData(264)]
    public void Refuses_a_length_that_is_not_supported(int bits) =>
        Assert.Throws<ArgumentException>(() => new RandomHyperplanes(10, bits));

    [Fact]
    public void Refuses_a_centre_that_cannot_be_one()
    {
        Assert.Throws<ArgumentException>(() => new RandomHyperplanes(3, 16, 1, new float[3]));
        Assert.Throws<ArgumentException>(() => new RandomHyperplanes(3, 16, 1, new float[] { 1, 2 }));
        Assert.Throws<ArgumentException>(() => new RandomHyperplanes(3, 16, 1, new float[] { 1, float.NaN, 0 }));
    }

    private static byte[] Code(RandomHyperplanes hyperplanes, float[] feature)
    {
        var code = new byte[hyperplanes.Bits / 8];
        hyperplanes.Encode(feature, code);
        return code;
    }

    /// <summary>The mean over the bits of the smaller side's share: 0.5 where every hyperplane halves the set.</summary>
    private static double Balance(RandomHyperplanes hyperplanes, float[][] features)
    {
        byte[][] codes = [.. features.Select(feature => Code(hyperplanes, feature))];
        return Enumerable.Range(0, hyperplanes.Bits).Average(bit =>
        {
            double ones = codes.Average(code => (code[bit / 8] >> (bit % 8)) & 1);
            return Math.Min(ones, 1 - ones);
        });
    }
}
