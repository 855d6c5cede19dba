using Pipeline.Storage;
using Xunit;

namespace Pipeline.Tests.Storage;

/// <content>Sets, sorted sets and counters.</content>
public abstract partial class StateStoreContract
{
    [Fact]
    public async Task Sets_keep_each_member_once()
    {
        await CommitAsync(t => t.AddToSet(Key("s"), "b").AddToSet(Key("s"), "a").AddToSet(Key("s"), "b").AddToSet(Key("s"), "c"));
        await CommitAsync(t => t.RemoveFromSet(Key("s"), "c").RemoveFromSet(Key("s"), "never"));
        Assert.Equal(["a", "b"], await Store.GetSetAsync(Key("s"), None));
        Assert.True(await Store.IsInSetAsync(Key("s"), "a", None));
        Assert.False(await Store.IsInSetAsync(Key("s"), "c", None));
        Assert.Null(await Store.GetAsync(Key("s"), None));
    }

    [Fact]
    public async Task A_sorted_set_is_ordered_by_score_then_member_and_descending_is_its_reverse()
    {
        await CommitAsync(t => t
            .AddToSorted(Key("z"), "b", 1).AddToSorted(Key("z"), "a", 1).AddToSorted(Key("z"), "Z", 1).AddToSorted(Key("z"), "ä", 1)
            .AddToSorted(Key("z"), "low", -2.5).AddToSorted(Key("z"), "high", 1e300).AddToSorted(Key("z"), "tiny", double.Epsilon)
            .AddToSorted(Key("z"), "b", 0.1));
        string[] ascending = ["low", "tiny", "b", "Z", "a", "ä", "high"];
        Assert.Equal(ascending, (await Store.RangeAsync(Key("z"), new SortedRange(), None)).Select(m => m.Member));
        var descending = await Store.RangeAsync(Key("z"), new SortedRange { Descending = true }, None);
        Assert.Equal(ascending.Reverse(), descending.Select(m => m.Member));
        Assert.Equal([1e300, 1, 1, 1, 0.1, double.Epsilon, -2.5], descending.Select(m => m.Score));
        Assert.Equal(7, await Store.CountSortedAsync(Key("z"), None));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_sorted_set_is_paged_by_the_last_member_even_when_that_was_removed(bool descending)
    {
        // Many equal scores: the cursor must find its place among them.
        await CommitAsync(t =>
        {
            for (var i = 0; i < 60; i++)
            {
                t.AddToSorted(Key("z"), $"m{i:00}", i / 20);
            }
        });
        var expected = Enumerable.Range(0, 60).Select(i => $"m{i:00}").ToArray();
        if (descending)
        {
            Array.Reverse(expected);
        }

        var found = new List<string>();
        ScoredMember? after = null;
        while (await Store.RangeAsync(Key("z"), new SortedRange { Descending = descending, After = after, Limit = 7 }, None) is { Count: > 0 } page)
        {
            found.AddRange(page.Select(m => m.Member));
            after = page[^1];
            await CommitAsync(t => t.RemoveFromSorted(Key("z"), page[^1].Member));
        }

        Assert.Equal(expected, found);
    }

    [Fact]
    public async Task A_bounded_sorted_set_keeps_the_highest()
    {
        await CommitAsync(t =>
        {
            for (var i = 0; i < 10; i++)
            {
                t.AddToSorted(Key("z"), $"m{i}", i % 5, keepHighest: 3);
            }
        });
        var kept = await Store.RangeAsync(Key("z"), new SortedRange { Descending = true }, None);
        Assert.Equal([new("m9", 4), new("m4", 4), new ScoredMember("m8", 3)], kept);
        await CommitAsync(t => t.AddToSorted(Key("z"), "m9", -1, keepHighest: 3));
        Assert.Equal(["m4", "m8", "m9"], (await Store.RangeAsync(Key("z"), new SortedRange { Descending = true }, None)).Select(m => m.Member));
    }

    [Fact]
    public async Task Counters_go_up_and_down_beyond_the_precision_of_a_double()
    {
        await CommitAsync(t => t.Increment(Key("c"), StateTransaction.MaxIncrement).Increment(Key("c"), StateTransaction.MaxIncrement));
        await CommitAsync(t => t.Increment(Key("c"), 1));
        Assert.Equal(2 * StateTransaction.MaxIncrement + 1, await Store.GetCounterAsync(Key("c"), None));
        await CommitAsync(t => t.Increment(Key("c"), -1).Increment(Key("d"), -7));
        Assert.Equal(2 * StateTransaction.MaxIncrement, await Store.GetCounterAsync(Key("c"), None));
        Assert.Equal(-7, await Store.GetCounterAsync(Key("d"), None));
    }
}
