using Pipeline.Storage;
using Xunit;

namespace Pipeline.Tests.Storage;

/// <content>Transactions: all or nothing, in order, at most once.</content>
public abstract partial class StateStoreContract
{
    [Fact]
    public async Task A_version_that_no_longer_holds_stops_the_whole_transaction()
    {
        await CommitAsync(t => t.Put(Key("a"), Bytes("1")).Put(Key("b"), Bytes("1")));
        var a = (await Store.GetAsync(Key("a"), None))!.Version;
        var b = (await Store.GetAsync(Key("b"), None))!.Version;
        Assert.True(await CommitAsync(t => t.Expect(Key("a"), a).Put(Key("a"), Bytes("2"))));

        Assert.False(await CommitAsync(t => t
            .Expect(Key("b"), b).Expect(Key("a"), a)
            .Put(Key("b"), Bytes("3")).Delete(Key("a")).AddToSet(Key("s"), "m").AddToSorted(Key("z"), "m", 1).Increment(Key("c"), 5)));

        Assert.Equal("2", Text(await Store.GetAsync(Key("a"), None)));
        Assert.Equal("1", Text(await Store.GetAsync(Key("b"), None)));
        Assert.Empty(await Store.GetSetAsync(Key("s"), None));
        Assert.Equal(0, await Store.CountSortedAsync(Key("z"), None));
        Assert.Equal(0, await Store.GetCounterAsync(Key("c"), None));
    }

    [Fact]
    public async Task A_sorted_set_that_has_as_many_members_as_it_may_stops_the_whole_transaction()
    {
        await CommitAsync(t => t.AddToSorted(Key("z"), "a", 1).AddToSorted(new StateKey("others", "z"), "x", 1));
        Assert.True(await CommitAsync(t => t.ExpectFewer(Key("z"), 2).AddToSorted(Key("z"), "b", 1)));

        Assert.False(await CommitAsync(t => t.ExpectFewer(Key("z"), 2).AddToSorted(Key("z"), "c", 1).Put(Key("a"), Bytes("1"))));
        Assert.False(await CommitAsync(t => t.ExpectFewer(Key("none"), 0).Put(Key("a"), Bytes("1"))));
        Assert.False(await CommitAsync(t => t.Expect(Key("a"), 0).ExpectFewer(Key("z"), 2).Expect(Key("b"), 0).Put(Key("a"), Bytes("1"))));
        Assert.Equal(2, await Store.CountSortedAsync(Key("z"), None));
        Assert.Null(await Store.GetAsync(Key("a"), None));

        await CommitAsync(t => t.RemoveFromSorted(Key("z"), "a"));
        Assert.True(await CommitAsync(t => t.ExpectFewer(Key("z"), 2).ExpectFewer(Key("none"), 1).AddToSorted(Key("z"), "c", 1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new StateTransaction().ExpectFewer(Key("z"), -1));
    }

    [Fact]
    public async Task Expecting_absence_lets_one_creator_win()
    {
        Assert.True(await CommitAsync(t => t.Expect(Key("a"), 0).Put(Key("a"), Bytes("first"))));
        Assert.False(await CommitAsync(t => t.Expect(Key("a"), 0).Put(Key("a"), Bytes("second"))));
        await CommitAsync(t => t.Delete(Key("a")));
        Assert.True(await CommitAsync(t => t.Expect(Key("a"), 0).Put(Key("a"), Bytes("third"))));
        Assert.Equal("third", Text(await Store.GetAsync(Key("a"), None)));
    }

    [Fact]
    public async Task A_transaction_that_failed_can_be_tried_again_and_one_that_succeeded_cannot()
    {
        var transaction = new StateTransaction().Expect(Key("a"), 0).Put(Key("a"), Bytes("late")).Increment(Key("c"), 1);
        await CommitAsync(t => t.Put(Key("a"), Bytes("early")));
        Assert.False(await Store.TryCommitAsync(transaction, None));
        await CommitAsync(t => t.Delete(Key("a")));
        Assert.True(await Store.TryCommitAsync(transaction, None));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Store.TryCommitAsync(transaction, None));
        Assert.Equal(1, await Store.GetCounterAsync(Key("c"), None));
    }

    [Fact]
    public async Task Changes_of_one_transaction_apply_in_order()
    {
        await CommitAsync(t => t.Put(Key("a"), Bytes("1")).Delete(Key("a")).Put(Key("a"), Bytes("2")).Put(Key("b"), Bytes("1")).Delete(Key("b")));
        Assert.Equal("2", Text(await Store.GetAsync(Key("a"), None)));
        Assert.Null(await Store.GetAsync(Key("b"), None));
        Assert.Equal(["a"], (await Store.ScanAsync("things", null, 10, None)).Records.Select(e => e.Id));
    }

    [Fact]
    public async Task A_commit_cancelled_before_it_starts_changes_nothing()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Store.TryCommitAsync(new StateTransaction().Put(Key("a"), Bytes("x")), cancelled.Token));
        Assert.Null(await Store.GetAsync(Key("a"), None));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Random_transactions_leave_what_a_plain_model_predicts(int seed)
    {
        var model = new StateModel();
        var random = new Random(seed);
        for (var i = 0; i < 300; i++)
        {
            var (transaction, expected) = await model.NextAsync(random, key => Store.GetAsync(key, None));
            Assert.Equal(expected, await Store.TryCommitAsync(transaction, None));
        }

        await model.AssertMatchesAsync(Store);
    }
}
