using Pipeline.Hashing;
using Xunit;

namespace Pipeline.Tests.Unit.Hashing.Encoding;

public sealed class BallHashTests
{
    [Theory]
    [InlineData(128, 1, 0)]
    [InlineData(128, 0.1, 0.02)]
    [InlineData(64, 256, 100)]
    [InlineData(3, 1e-6, 0)]
    public void A_bit_says_whether_the_feature_is_inside_the_ball(int dimensions, double spread, double centre)
    {
        const int Bits = 32, Rows = 8000;
        var random = new Random(1);
        double[] pivots = [.. Enumerable.Range(0, Bits * dimensions).Select(_ => centre + ((random.NextDouble() - 0.5) * spread))];
        double[] radii = [.. Enumerable.Range(0, Bits).Select(_ => Math.Sqrt(dimensions / 6.0) * spread * (0.9 + (0.2 * random.NextDouble())))];
        var hash = new BallHash(pivots, radii, dimensions);
        float[] features = [.. Enumerable.Range(0, Rows * dimensions).Select(_ => (float)(centre + ((random.NextDouble() - 0.5) * spread)))];

        byte[] codes = HashFunctions.Encode(hash, features);

        int differing = 0, ones = 0;
        for (int row = 0; row < Rows; row++)
        {
            for (int bit = 0; bit < Bits; bit++)
            {
                double distance = Math.Sqrt(Enumerable.Range(0, dimensions)
                    .Sum(d => Math.Pow(features[(row * dimensions) + d] - pivots[(bit * dimensions) + d], 2)));
                bool one = HashFunctions.Bit(codes, Bits, row, bit);
                ones += one ? 1 : 0;
                if (one != distance < radii[bit])
                {
                    Assert.InRange(Math.Abs(distance - radii[bit]) / radii[bit], 0, 1e-5);
                    differing++;
                }
            }
        }

        Assert.InRange(differing, 0, Rows * Bits / 10_000);
        Assert.InRange(ones, Rows * Bits / 10, Rows * Bits * 9 / 10);
    }

    [Fact]
    public void The_surface_is_outside()
    {
        var hash = new BallHash([1, 1, 1, 1, 1, 1, 1, 1], [0, 0.5, 1, 2, 4, 0.25, 3, 8], 1);
        Assert.Equal([0b1111_1110, 0b1101_1000, 0b1101_0000], HashFunctions.AssertModelAgrees(hash, [1, 2, 3]));
    }

    [Fact]
    public void Whatever_is_far_away_is_outside_of_every_ball()
    {
        // One coordinate far out, the others at a pivot: clipping must not bring it in.
        double[] pivots = [.. Enumerable.Repeat(0.3, 16)];
        var hash = new BallHash(pivots, [.. Enumerable.Repeat(0.7, 8)], 2);
        float[] features = [0.3f, 1e30f, 0.3f, -1e30f, 1.0f, 0.3f, 1.0001f, 0.3f, 0.3f, 1.02f, 0.99f, 0.3f];
        byte[] codes = HashFunctions.AssertModelAgrees(hash, features);
        Assert.Equal([0, 0, 0, 0, 255], [codes[0], codes[1], codes[3], codes[4], codes[5]]);
    }

    [Theory]
    [InlineData(1, -1)]
    [InlineData(1, double.NaN)]
    [InlineData(double.NaN, 1)]
    [InlineData(double.PositiveInfinity, 1)]
    [InlineData(1, 0)]
    [InlineData(1e13, 1)]
    public void Refuses_what_is_no_ball(double pivot, double radius) =>
        Assert.Throws<ArgumentException>(() => new BallHash(Enumerable.Repeat(pivot, 8).ToArray(), Enumerable.Repeat(radius, 8).ToArray(), 1));

    [Fact]
    public void Refuses_pivots_that_do_not_fit() => Assert.Throws<ArgumentException>(() => new BallHash(new double[15], new double[8], 2));
}
