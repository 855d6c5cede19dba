using Pipeline.Hashing;
using Xunit;

namespace Pipeline.Tests.Unit.Hashing.Encoding;

public sealed class PeriodicHashTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(0.05, 0.3)]
    [InlineData(200, 100)]
    public void A_bit_is_the_sign_of_the_sine(double spread, double centre)
    {
        const int Dimensions = 40, Projections = 5, Bits = 32, Rows = 20_000;
        var random = new Random(1);
        double[] projections = [.. Enumerable.Range(0, Projections * Dimensions).Select(_ => random.NextDouble() - 0.5)];
        double[] mean = [.. Enumerable.Range(0, Dimensions).Select(_ => centre + (0.1 * spread * random.NextDouble()))];
        Wave[] waves = [.. Enumerable.Range(0, Bits).Select(bit => new Wave(bit % Projections, -2 * spread, 4 * spread / (1 + (bit / Projections))))];
        var hash = new PeriodicHash(projections, mean, waves, Dimensions);
        float[] features = [.. Enumerable.Range(0, Rows * Dimensions).Select(_ => (float)(centre + ((random.NextDouble() - 0.5) * spread)))];

        byte[] codes = HashFunctions.Encode(hash, features);

        int differing = 0, ones = 0;
        for (int row = 0; row < Rows; row++)
        {
            for (int bit = 0; bit < Bits; bit++)
            {
                double y = Enumerable.Range(0, Dimensions)
                    .Sum(d => projections[(waves[bit].Projection * Dimensions) + d] * (features[(row * Dimensions) + d] - mean[d]));
                double sine = Math.Sin((Math.PI / 2) + (Math.PI * (y - waves[bit].Start) / waves[bit].HalfWave));
                bool one = HashFunctions.Bit(codes, Bits, row, bit);
                ones += one ? 1 : 0;
                if (one != sine > 0)
                {
                    // Rounding a feature moves it by 2⁻¹⁷ at most.
                    Assert.InRange(Math.Abs(sine), 0, Math.PI * Dimensions / 131072 / waves[bit].HalfWave);
                    differing++;
                }
            }
        }

        Assert.InRange(differing, 0, Rows * Bits / 500);
        Assert.InRange(ones, Rows * Bits / 4, Rows * Bits * 3 / 4);
    }

    [Fact]
    public void Whole_waves_between_features_and_start_do_not_matter()
    {
        Wave[] near = [.. Enumerable.Repeat(new Wave(0, 0.25, 0.5), 8)], far = [.. Enumerable.Repeat(new Wave(0, 1e9 + 0.25, 0.5), 8)];
        float[] features = [.. Enumerable.Range(-500, 1000).Select(i => i / 100f)];
        Assert.Equal(
            HashFunctions.Encode(new PeriodicHash([1], [], near, 1), features), HashFunctions.AssertModelAgrees(new PeriodicHash([1], [], far, 1), features));
    }

    [Fact]
    public void A_cell_holds_its_lower_border()
    {
        // Crest at 0, half-wave 1: ones from −½ to ½.
        var hash = new PeriodicHash([1], [], [.. Enumerable.Repeat(new Wave(0, 0, 1), 8)], 1);
        float[] features = [-1.5f, -0.75f, -0.5f, 0, 0.5f - (1f / 65536), 0.5f, 1.5f - (1f / 65536), 1.5f];
        Assert.Equal([0, 0, 255, 255, 255, 0, 0, 255], HashFunctions.AssertModelAgrees(hash, features));
    }

    [Theory]
    [InlineData(1, 0, 1)]
    [InlineData(-1, 0, 1)]
    [InlineData(0, double.NaN, 1)]
    [InlineData(0, 0, 0)]
    [InlineData(0, 0, -1)]
    [InlineData(0, 0, double.NaN)]
    public void Refuses_what_is_no_wave(int projection, double start, double halfWave) =>
        Assert.Throws<ArgumentException>(() => new PeriodicHash([1], [], [.. Enumerable.Repeat(new Wave(projection, start, halfWave), 8)], 1));
}
