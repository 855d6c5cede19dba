using System.Numerics.Tensors;
using Pipeline.Learning.Evidence;
using Pipeline.Learning.Gate;
using Xunit;

namespace Pipeline.Tests.Unit.Learning;

public sealed class UpdateGateTests
{
    private const int Subjects = 30;
    private static readonly EvidencePair[] Pairs = [.. Enumerable.Range(0, Subjects).Select(i => new EvidencePair(2 * i, (2 * i) + 1))];
    private static readonly EvidencePair[] HeldOut = Pairs[..10];
    private static readonly EvidencePair[] Known = Pairs[10..];

    [Fact]
    public void A_head_under_which_held_out_pairs_find_each_other_better_serves()
    {
        var verdict = Judge(Features(noise: 1.5f), Features(noise: 0.3f));
        Assert.True(verdict.IsAccepted, string.Join(' ', verdict.Reasons));
        Assert.True(verdict.Figures.HeldOutAfter > verdict.Figures.HeldOutBefore);
    }

    [Fact]
    public void One_that_changes_nothing_does_not()
    {
        var features = Features(noise: 1);
        var verdict = Judge(features, features);
        Assert.Equal([GateReasons.NoGain], verdict.Reasons);
        Assert.Equal(1, verdict.Figures.RankRatio, 6);
        Assert.Equal(0, verdict.Figures.Forgetting);
    }

    [Fact]
    public void One_that_forgets_known_pairs_does_not()
    {
        var after = Features(noise: 0.1f);
        var strangers = Features(noise: 3, seed: 9);
        for (var image = 20; image < after.Length; image++)
        {
            after[image] = strangers[image];
        }

        Assert.Contains(GateReasons.Forgets, Judge(Features(noise: 0.5f), after).Reasons);
    }

    [Fact]
    public void One_that_maps_everything_to_one_place_does_not()
    {
        var before = Features(noise: 1.5f);
        float[][] after = [.. Features(noise: 0.1f).Select(row => Normalised([.. row.Select((value, d) => (0.05f * value) + (d == 0 ? 1 : 0))]))];
        Assert.Contains(GateReasons.Collapsed, Judge(before, after).Reasons);
    }

    [Fact]
    public void Reciprocal_ranks_are_those_of_a_plain_count()
    {
        var features = Features(noise: 1.2f);
        var expected = Pairs.SelectMany(pair => new[] { (pair.First, pair.Second), (pair.Second, pair.First) }).Average(pair =>
            1.0 / (1 + Enumerable.Range(0, features.Length).Count(k => k != pair.Item1 && k != pair.Item2 && Dot(pair.Item1, k) > Dot(pair.Item1, pair.Item2))));
        Assert.Equal(expected, PairRanks.MeanReciprocal(features, Pairs), 9);

        double Dot(int i, int k) => TensorPrimitives.Dot<float>(features[i], features[k]);
    }

    [Fact]
    public void Effective_rank_counts_the_directions_in_use()
    {
        // Equal variance along 7 of 20 directions.
        float[][] rows = [.. Enumerable.Range(0, 14).Select(i => Enumerable.Range(0, 20).Select(d => d == i / 2 ? i % 2 == 0 ? 1f : -1f : 0f).ToArray())];
        var spread = FeatureSpread.Of(rows);
        Assert.Equal(7, spread.EffectiveRank, 4);
        Assert.Equal(1, spread.Variance, 5);
        Assert.Equal(new FeatureSpread(0, 0), FeatureSpread.Of([[1, 2], [1, 2]]));
    }

    private static GateVerdict Judge(float[][] before, float[][] after) => new UpdateGate(new GateOptions()).Judge(before, after, HeldOut, Known);

    /// <summary>Two noisy views of each subject.</summary>
    private static float[][] Features(float noise, int seed = 1)
    {
        const int Dimensions = 24;
        var random = new Random(seed);
        float[][] subjects = [.. Enumerable.Range(0, Subjects).Select(_ => Gaussian(1))];
        return [.. Enumerable.Range(0, 2 * Subjects).Select(i => Normalised([.. subjects[i / 2].Zip(Gaussian(noise), (a, b) => a + b)]))];

        float[] Gaussian(float deviation) => [.. Enumerable.Range(0, Dimensions).Select(_ =>
            deviation * (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];
    }

    private static float[] Normalised(float[] row)
    {
        var length = MathF.Sqrt(row.Sum(value => value * value));
        return [.. row.Select(value => value / length)];
    }
}
