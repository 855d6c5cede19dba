using Pipeline.Hashing;
using Pipeline.Hashing.Learning;
using Xunit;

namespace Pipeline.Tests.Unit.Hashing.Learning;

public sealed class ReferenceMethodTests
{
    [Fact]
    public void Principal_components_are_orthonormal_and_decorrelate_the_rows()
    {
        var components = PrincipalComponents.Of(LearningFixture.Clusters(500, 12), 8);
        Assert.Equal(8, components.Count);
        for (int i = 0; i < 8; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double product = Enumerable.Range(0, 12).Sum(d => components.Axes[(i * 12) + d] * components.Axes[(j * 12) + d]);
                Assert.Equal(i == j ? 1 : 0, product, 1e-9);
                double covariance = Enumerable.Range(0, 500).Average(row => (double)components.Projected[row][i] * components.Projected[row][j]);
                Assert.Equal(i == j ? components.Variances[i] : 0, covariance, 1e-5);
            }

            Assert.True(i == 0 || components.Variances[i] <= components.Variances[i - 1]);
        }
    }

    [Fact]
    public void Iterative_quantization_rotates_so_that_the_error_never_rises()
    {
        RowMatrix projected = PrincipalComponents.Of(LearningFixture.Clusters(500, 24), 16).Projected;
        var errors = new List<double>();
        RowMatrix rotation = IterativeQuantization.Rotate(projected, 16, 1, errors.Add, CancellationToken.None);

        Assert.Equal(50, errors.Count);
        Assert.True(errors[^1] < 0.98 * errors[0]);
        Assert.All(errors.Zip(errors.Skip(1)), pair => Assert.True(pair.Second <= pair.First * (1 + 1e-6)));
        for (int i = 0; i < 16; i++)
        {
            for (int j = 0; j < 16; j++)
            {
                Assert.Equal(i == j ? 1 : 0, Enumerable.Range(0, 16).Sum(k => (double)rotation[i][k] * rotation[j][k]), 1e-5);
            }
        }
    }

    [Fact]
    public void Spectral_hashing_gives_a_component_of_great_extent_more_bits()
    {
        // A box of 40 by 1: the first 16 waves all run along its length.
        var random = new SplitMix64(1);
        var values = new float[2000];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)(random.Uniform() * (i % 2 == 0 ? 40 : 1));
        }

        var function = new SpectralHashing().Train(new FeatureRows(values, 2), 16, 1);
        Assert.Equal(LearningFixture.Code(function, [7, 0.1f]), LearningFixture.Code(function, [7, 0.9f]));

        // Bit k changes its sign k + 1 times.
        for (int bit = 0; bit < 16; bit++)
        {
            bool[] along = [.. Enumerable.Range(1, 999).Select(i => (LearningFixture.Code(function, [0.04f * i, 0.5f])[bit / 8] >> (bit % 8) & 1) == 1)];
            Assert.Equal(bit + 1, along.Zip(along.Skip(1)).Count(pair => pair.First != pair.Second));
        }
    }

    [Fact]
    public void Balls_of_spherical_hashing_hold_half_and_share_a_quarter()
    {
        FeatureRows rows = LearningFixture.Clusters(800, 24);
        byte[][] codes = LearningFixture.Codes(new SphericalHashing().Train(rows, 16, 1), rows);
        bool[][] inside = [.. Enumerable.Range(0, 16).Select(bit => codes.Select(code => (code[bit / 8] >> (bit % 8) & 1) == 1).ToArray())];
        Assert.All(inside, ball => Assert.Equal(400, ball.Count(isIn => isIn), 4.0));
        double[] shared =
        [
            .. from i in Enumerable.Range(0, 16)
               from j in Enumerable.Range(0, i)
               select (double)inside[i].Zip(inside[j]).Count(pair => pair.First && pair.Second),
        ];
        Assert.InRange(shared.Average(overlap => Math.Abs(overlap - 200)), 0, 0.11 * 200);
    }

    [Fact]
    public void Coordinate_descent_of_reconstructive_embedding_never_raises_the_error()
    {
        FeatureRows rows = LearningFixture.Clusters(200, 12);
        RowMatrix unit = TrainingRows.Normalised(TrainingRows.Centred(rows, TrainingRows.Mean(rows)));
        RowMatrix kernel = unit.Times(unit.Transposed());
        var random = new SplitMix64(1);
        var descent = new ReconstructionDescent(kernel, 16, 20, BinaryReconstructiveEmbedding.DrawPairs(kernel, random), random);
        double[] errors = [descent.Error(), Swept(), Swept()];
        Assert.True(errors[1] < 0.8 * errors[0]);
        Assert.True(errors[2] <= errors[1]);

        double Swept()
        {
            descent.Sweep(CancellationToken.None);
            return descent.Error();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Loss_augmented_inference_finds_what_trying_all_codes_finds(bool similar)
    {
        var random = new SplitMix64(9);
        for (int trial = 0; trial < 20; trial++)
        {
            float[] first = [.. Enumerable.Range(0, 5).Select(_ => (float)random.NextGaussian())];
            float[] second = [.. Enumerable.Range(0, 5).Select(_ => (float)random.NextGaussian())];
            double best = double.MinValue;
            int bestCodes = 0;
            for (int codes = 0; codes < 1024; codes++)
            {
                int g = codes & 31, h = codes >> 5;
                double value = LossAugmented.Loss(System.Numerics.BitOperations.PopCount((uint)(g ^ h)), similar, 2, 0.7)
                    + Enumerable.Range(0, 5).Sum(bit => (Sign(g, bit) * first[bit]) + (Sign(h, bit) * second[bit]));
                (best, bestCodes) = value > best ? (value, codes) : (best, bestCodes);
            }

            float[] expected = [.. Enumerable.Range(0, 5).Select(bit => Math.Sign(first[bit]) - Sign(bestCodes & 31, bit))];
            Assert.Equal(best, LossAugmented.Moves(first, second, similar, 2, 0.7), 1e-5);
            Assert.Equal(expected, first);
        }

        static float Sign(int code, int bit) => ((code >> bit) & 1) == 1 ? 1 : -1;
    }
}
