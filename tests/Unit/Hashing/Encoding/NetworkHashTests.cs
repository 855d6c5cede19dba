using Pipeline.Hashing;
using Xunit;

namespace Pipeline.Tests.Unit.Hashing.Encoding;

public sealed class NetworkHashTests
{
    private const int Rows = 5000;

    [Theory]
    [InlineData(128, 64, 64, 256)]
    [InlineData(128, 16, 16, 256)]
    [InlineData(576, 32, 32, 0.1)]
    [InlineData(24, 50, 128, 1)]
    public void A_bit_is_the_sign_of_the_network_s_output(int dimensions, int width, int bits, double spread)
    {
        var random = new Random(bits);
        double[] Values(int count, double size) => [.. Enumerable.Range(0, count).Select(_ => (random.NextDouble() - 0.5) * size)];
        double[] mean = [.. Values(dimensions, spread).Select(Math.Abs)], projection = Values(width * dimensions, 4 / Math.Sqrt(dimensions));
        double[] centre = Values(width, spread / 10), deviation = [.. Values(width, spread / 10).Select(value => (spread / 4) + Math.Abs(value))];
        double[] hiddenWeights = Values(bits * width, 4 / Math.Sqrt(width)), hiddenBiases = Values(bits, 1);
        double[] outputWeights = Values(bits * bits, 8 / Math.Sqrt(bits)), outputBiases = Values(bits, 0.2);
        var hash = NetworkHash.OverProjections(
            mean, projection, centre, deviation, hiddenWeights, hiddenBiases, outputWeights, outputBiases, dimensions);
        float[] features = [.. Enumerable.Range(0, Rows * dimensions).Select(_ => (float)(random.NextDouble() * spread))];

        byte[] codes = HashFunctions.Encode(hash, features);

        int differing = 0, ones = 0;
        for (int row = 0; row < Rows; row++)
        {
            double[] z = Affine(projection, [.. Enumerable.Range(0, dimensions).Select(d => features[(row * dimensions) + d] - mean[d])], new double[width]);
            double[] standard = [.. z.Select((value, p) => (value - centre[p]) / deviation[p])];
            double[] hidden = [.. Affine(hiddenWeights, standard, hiddenBiases).Select(value => 1.7159 * Math.Tanh(2 * value / 3))];
            double[] output = Affine(outputWeights, hidden, outputBiases);
            for (int bit = 0; bit < bits; bit++)
            {
                bool one = HashFunctions.Bit(codes, bits, row, bit);
                ones += one ? 1 : 0;
                if (one != output[bit] > 0)
                {
                    // A hidden unit is right to half a step of the table, and features to half a step of the grid.
                    double weights = outputWeights.Skip(bit * bits).Take(bits).Sum(Math.Abs);
                    Assert.InRange(Math.Abs(output[bit]), 0, weights * (1.6e-4 + (3e-4 / spread)));
                    differing++;
                }
            }
        }

        Assert.InRange(differing, 0, Rows * bits / 500);
        Assert.InRange(ones, Rows * bits / 4, Rows * bits * 3 / 4);
    }

    [Fact]
    public void A_network_of_one_unit_is_tanh_everywhere_to_half_a_step()
    {
        // Output bit k asks whether h exceeds a threshold k: together they show the value of h.
        const int Bits = 1024;
        double[] levels = [.. Enumerable.Range(0, Bits).Select(k => ((k + 0.5) / Bits * 3.6) - 1.8)];
        var hash = new NetworkHash([1], [0], Enumerable.Repeat(1.0, Bits).ToArray(), [.. levels.Select(level => -level)], 1);
        float[] features = [.. Enumerable.Range(-2000, 4001).Select(i => i / 170f), -1024, 1024, 0];

        byte[] codes = HashFunctions.AssertModelAgrees(hash, features);

        for (int row = 0; row < features.Length; row++)
        {
            double h = 1.7159 * Math.Tanh(2.0 * features[row] / 3);
            int below = codes.Skip(row * Bits / 8).Take(Bits / 8).Sum(code => (int)byte.PopCount(code));
            Assert.InRange(below, levels.Count(level => level < h - 1.5e-4), levels.Count(level => level < h + 1.5e-4));
        }
    }

    [Fact]
    public void A_huge_bias_saturates_and_a_tie_gives_zero()
    {
        // Two units at ± saturation cancel in bits of weights (1, 1), and not where a bias breaks the tie.
        var hash = new NetworkHash([1, 1], [1e9, -1e9], Enumerable.Repeat(1.0, 16).ToArray(), [0, 1e-3, -1e-3, 0, 0, 0, 0, 1], 1);
        Assert.Equal([0b1000_0010, 0b1000_0010], HashFunctions.AssertModelAgrees(hash, [0, 1024]));
    }

    [Fact]
    public void Refuses_shapes_that_do_not_fit()
    {
        Assert.Throws<ArgumentException>(() => new NetworkHash(new double[5], new double[2], new double[16], new double[8], 2));
        Assert.Throws<ArgumentException>(() => new NetworkHash([1, 1], [double.NaN], new double[8], new double[8], 2));
        Assert.Throws<ArgumentException>(() => new NetworkHash([0, 0], [1], Enumerable.Repeat(1.0, 8).ToArray(), new double[8], 2));
        Assert.Throws<ArgumentException>(() => NetworkHash.OverProjections([], [1, 1], [], [0], [1], [0], Enumerable.Repeat(1.0, 8).ToArray(), new double[8], 2));
    }

    private static double[] Affine(double[] weights, double[] x, double[] biases) =>
        [.. biases.Select((bias, row) => bias + Enumerable.Range(0, x.Length).Sum(d => weights[(row * x.Length) + d] * x[d]))];
}
