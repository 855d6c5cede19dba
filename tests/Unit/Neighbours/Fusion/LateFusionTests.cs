using Pipeline.Neighbours.Fusion;
using Xunit;

namespace Pipeline.Tests.Unit.Neighbours.Fusion;

public sealed class LateFusionTests
{
    [Fact]
    public void Scores_are_summed_by_weight_and_a_missing_one_counts_nothing()
    {
        var fused = LateFusion.Fuse<string>([new(1, [("a", 0.9), ("b", 0.8), ("c", 0.7)]), new(4, [("c", 0.3), ("d", 0.2)])]);
        Assert.Equal(["c", "a", "b", "d"], fused.Select(hit => hit.Item));
        Assert.Equal([1.9, 0.9, 0.8, 0.8], fused.Select(hit => Math.Round(hit.Score, 12)));
    }

    [Fact]
    public void The_order_of_the_lists_hits_does_not_matter()
    {
        var one = LateFusion.Fuse<int>([new(1, [(1, 0.5), (2, 0.5), (3, 0.1)]), new(2, [(3, 0.2)])]);
        var other = LateFusion.Fuse<int>([new(1, [(3, 0.1), (2, 0.5), (1, 0.5)]), new(2, [(3, 0.2)])]);
        Assert.Equal(one, other);
        Assert.Equal([1, 2, 3], one.Select(hit => hit.Item));
    }

    [Fact]
    public void No_more_than_the_limit_come_back()
    {
        Assert.Equal([2], LateFusion.Fuse<int>([new(1, [(1, 0.1), (2, 0.2)])], 1).Select(hit => hit.Item));
        Assert.Empty(LateFusion.Fuse<int>([]));
    }

    [Fact]
    public void A_list_is_completed_by_another_only_where_it_says_nothing()
    {
        var list = new RankedList<string>(2, [("a", 0.9), ("b", -0.1)]).CompletedBy([("b", 0.8), ("c", 0.7)]);
        Assert.Equal([("a", 0.9), ("b", -0.1), ("c", 0.7)], list.Hits);
        Assert.Equal(2, list.Weight);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_weight_that_is_none_is_refused(double weight) =>
        Assert.Throws<ArgumentException>(() => LateFusion.Fuse<int>([new(weight, [(1, 0.1)])]));

    [Fact]
    public void An_item_named_twice_is_refused() =>
        Assert.Throws<ArgumentException>(() => LateFusion.Fuse<int>([new(1, [(1, 0.1), (1, 0.2)])]));
}
