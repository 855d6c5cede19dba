using Pipeline.Evaluation;
using Xunit;

namespace Pipeline.Tests.Unit.Evaluation;

public class RetrievalMetricsTests
{
    private const double Rounding = 1e-12;

    [Theory]
    [InlineData("1", 1, 1.0)]
    [InlineData("01", 1, 1 / 2.0)]
    [InlineData("1010", 2, (1 + (2 / 3.0)) / 2)]
    [InlineData("1010", 4, (1 + (2 / 3.0)) / 4)] // two relevant items were not retrieved
    [InlineData("0110001", 3, ((1 / 2.0) + (2 / 3.0) + (3 / 7.0)) / 3)]
    [InlineData("000", 2, 0.0)]
    [InlineData("", 2, 0.0)]
    public void Average_precision_is_the_mean_precision_at_relevant_ranks(string ranked, int relevantTotal, double expected) =>
        Assert.Equal(expected, RetrievalMetrics.AveragePrecision(Relevance(ranked), relevantTotal), Rounding);

    [Theory]
    [InlineData("1011", 1, 1.0, 1.0, 1 / 3.0)]
    [InlineData("1011", 3, 2 / 3.0, 1.0, 2 / 3.0)]
    [InlineData("001", 2, 0.0, 0.0, 0.0)]
    [InlineData("1", 4, 1 / 4.0, 1.0, 1 / 3.0)]
    public void Precision_recall_and_coverage_look_at_the_first_k(string ranked, int k, double precision, double recall, double coverage)
    {
        Assert.Equal(precision, RetrievalMetrics.PrecisionAt(Relevance(ranked), k), Rounding);
        Assert.Equal(recall, RetrievalMetrics.RecallAt(Relevance(ranked), k), Rounding);
        Assert.Equal(coverage, RetrievalMetrics.CoverageAt(Relevance(ranked), k, 3), Rounding);
    }

    [Theory]
    [InlineData("1111", 4)]
    [InlineData("10111", 3)]
    [InlineData("00001", 0)]
    [InlineData("11", 2)]
    public void Nister_Stewenius_counts_the_first_four(string ranked, int expected) =>
        Assert.Equal(expected, RetrievalMetrics.NisterStewenius(Relevance(ranked)));

    [Fact]
    public void Refuses_totals_that_cannot_be()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => RetrievalMetrics.AveragePrecision([true, true], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => RetrievalMetrics.AveragePrecision([false], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => RetrievalMetrics.PrecisionAt([true], 0));
    }

    [Theory]
    [InlineData(0, 1.0)]
    [InlineData(0.5, 3.0)]
    [InlineData(0.95, 9.2)] // position 3.8 among 1, 2, 3, 4, 10.5 → 4 + 0.8 · 6.5
    [InlineData(1, 10.5)]
    public void Percentiles_interpolate_between_neighbours(double p, double expected) =>
        Assert.Equal(expected, Percentiles.Of([3, 10.5, 1, 2, 4], p), Rounding);

    [Fact]
    public void Percentiles_of_nothing_are_refused() => Assert.Throws<ArgumentException>(() => Percentiles.Of([], 0.5));

    private static bool[] Relevance(string ranked) => [.. ranked.Select(c => c == '1')];
}
