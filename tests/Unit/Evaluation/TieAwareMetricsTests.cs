using Pipeline.Evaluation;
using Xunit;

namespace Pipeline.Tests.Unit.Evaluation;

public class TieAwareMetricsTests
{
    private const double Rounding = 1e-12;

    [Fact]
    public void Two_tied_items_of_which_one_is_relevant_score_three_quarters() =>
        Assert.Equal(0.75, TieAwareMetrics.AveragePrecision([5, 5], [true, false], 1), Rounding);

    [Fact]
    public void Equals_the_mean_over_every_order_of_the_ties()
    {
        var random = new Random(3);
        for (var trial = 0; trial < 60; trial++)
        {
            // Up to 7 items of up to 3 scores: at most 7! orders, all of them tried.
            var n = random.Next(1, 8);
            double[] scores = [.. Enumerable.Range(0, n).Select(_ => (double)-random.Next(3)).OrderDescending()];
            bool[] relevant = [.. Enumerable.Range(0, n).Select(_ => random.Next(2) == 0)];
            var total = relevant.Count(r => r) + random.Next(1, 3);
            var orders = Orders(scores, relevant).ToList();

            Assert.Equal(
                orders.Average(order => RetrievalMetrics.AveragePrecision(order, total)),
                TieAwareMetrics.AveragePrecision(scores, relevant, total),
                Rounding);
            for (var k = 1; k <= n + 1; k++)
            {
                Assert.Equal(
                    orders.Average(order => RetrievalMetrics.PrecisionAt(order, k)),
                    TieAwareMetrics.PrecisionAt(scores, relevant, k),
                    Rounding);
            }
        }
    }

    [Fact]
    public void Equals_the_plain_measures_without_ties()
    {
        double[] distances = [0, 1, 4, 7, 9];
        bool[] relevant = [false, true, true, false, true];
        Assert.Equal(RetrievalMetrics.AveragePrecision(relevant, 4), TieAwareMetrics.AveragePrecision(distances, relevant, 4), Rounding);
        Assert.Equal(RetrievalMetrics.PrecisionAt(relevant, 3), TieAwareMetrics.PrecisionAt(distances, relevant, 3), Rounding);
    }

    [Fact]
    public void Refuses_scores_that_are_not_in_rank_order()
    {
        Assert.Throws<ArgumentException>(() => TieAwareMetrics.AveragePrecision([1, 2, 1], [true, false, false], 1));
        Assert.Throws<ArgumentException>(() => TieAwareMetrics.PrecisionAt([1, 2], [true], 1));
    }

    /// <summary>Relevance in every order that the scores allow, each once for every permutation of the tied items.</summary>
    private static IEnumerable<bool[]> Orders(double[] scores, bool[] relevant) =>
        Permutations([.. Enumerable.Range(0, scores.Length)])
            .Where(order => order.Select(i => scores[i]).SequenceEqual(scores))
            .Select(order => order.Select(i => relevant[i]).ToArray());

    private static IEnumerable<int[]> Permutations(int[] items) => items.Length <= 1
        ? [items]
        : items.SelectMany(first => Permutations([.. items.Where(i => i != first)]).Select(rest => (int[])[first, .. rest]));
}
