using System.Text;
using Pipeline.Storage;
using Xunit;

namespace Pipeline.Tests.Storage;

/// <summary>What every state store must do. Each test has a store of its own.</summary>
public abstract class StateStoreContract : IAsyncLifetime
{
    private IStateStore? _store;

    protected IStateStore Store => _store!;

    protected static CancellationToken None => CancellationToken.None;

    public async Task InitializeAsync() => _store = await OpenAsync();

    public virtual async Task DisposeAsync() => await ((IAsyncDisposable)Store).DisposeAsync();

    /// <summary>Opens an empty store.</summary>
    protected abstract Task<IStateStore> OpenAsync();

    protected static StateKey Key(string id) => new("things", id);

    protected static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    protected static string Text(StateRecord? record) => Encoding.UTF8.GetString(record!.Value.Span);

    protected Task<bool> CommitAsync(Action<StateTransaction> build)
    {
        var transaction = new StateTransaction();
        build(transaction);
        return Store.TryCommitAsync(transaction, None);
    }

    [Fact]
    public async Task An_absent_record_reads_as_null_and_a_put_one_as_its_bytes()
    {
        Assert.Null(await Store.GetAsync(Key("a"), None));
        byte[] value = [0, 10, 13, 255, 10, 0];
        Assert.True(await CommitAsync(t => t.Put(Key("a"), value).Put(Key("empty"), Array.Empty<byte>())));
        Assert.Equal(value, (await Store.GetAsync(Key("a"), None))!.Value.ToArray());
        Assert.Empty((await Store.GetAsync(Key("empty"), None))!.Value.ToArray());
    }

    [Fact]
    public async Task Versions_grow_with_every_put_even_across_a_deletion()
    {
        var seen = new List<long>();
        for (var i = 0; i < 3; i++)
        {
            await CommitAsync(t => t.Put(Key("a"), Bytes("x")));
            seen.Add((await Store.GetAsync(Key("a"), None))!.Version);
            await CommitAsync(t => t.Put(Key("a"), Bytes("x")));
            seen.Add((await Store.GetAsync(Key("a"), None))!.Version);
            await CommitAsync(t => t.Delete(Key("a")));
        }

        Assert.True(seen[0] > 0);
        Assert.Equal(seen.Order().Distinct(), seen);
    }

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
    public async Task Records_are_read_together_in_the_order_asked_for()
    {
        await CommitAsync(t => t.Put(Key("a"), Bytes("A")).Put(new StateKey("others", "a"), Bytes("O")));
        var read = await Store.GetManyAsync([new StateKey("others", "a"), Key("none"), Key("a"), Key("a")], None);
        Assert.Equal(["O", null, "A", "A"], read.Select(r => r is null ? null : Text(r)));
        Assert.Empty(await Store.GetManyAsync([], None));
    }

    [Fact]
    public async Task A_paged_scan_returns_the_table_in_code_point_order()
    {
        // By UTF-16 units the astral "😀" would come before "ﬀ".
        string[] ids = ["a", "a/b", "B", "b", "ä", "ﬀ", "😀", "%", "_", "a b", "[", "("];
        await CommitAsync(t =>
        {
            foreach (var id in ids)
            {
                t.Put(Key(id), Bytes(id)).Put(new StateKey("things2", id), Bytes("other table"));
            }
        });
        await CommitAsync(t => t.Put(Key("gone"), Bytes("x")));
        await CommitAsync(t => t.Delete(Key("gone")));

        var found = new List<string>();
        string? after = null;
        do
        {
            var page = await Store.ScanAsync("things", after, 5, None);
            Assert.True(page.Records.Count <= 5);
            Assert.All(page.Records, e => Assert.Equal(e.Id, Text(e.Record)));
            found.AddRange(page.Records.Select(e => e.Id));
            after = page.Next;
        }
        while (after is not null);

        Assert.Equal(ids.OrderBy(Encoding.UTF8.GetBytes, Comparer<byte[]>.Create((x, y) => x.AsSpan().SequenceCompareTo(y))), found);
        Assert.Empty((await Store.ScanAsync("nothing", null, 5, None)).Records);
    }

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

    [Fact]
    public async Task Changes_of_one_transaction_apply_in_order()
    {
        await CommitAsync(t => t.Put(Key("a"), Bytes("1")).Delete(Key("a")).Put(Key("a"), Bytes("2")).Put(Key("b"), Bytes("1")).Delete(Key("b")));
        Assert.Equal("2", Text(await Store.GetAsync(Key("a"), None)));
        Assert.Null(await Store.GetAsync(Key("b"), None));
        Assert.Equal(["a"], (await Store.ScanAsync("things", null, 10, None)).Records.Select(e => e.Id));
    }

    [Theory]
    [InlineData("bad table", "id")]
    [InlineData("a:b", "id")]
    [InlineData("", "id")]
    [InlineData("t", "")]
    [InlineData("t", "nul\0")]
    [InlineData("t", "SURROGATE")]
    public async Task Ill_formed_keys_are_refused(string table, string id)
    {
        // An attribute cannot hold a lone surrogate.
        var key = new StateKey(table, id.Replace("SURROGATE", "\ud800", StringComparison.Ordinal));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.GetAsync(key, None));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.GetManyAsync([key], None));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.GetSetAsync(key, None));
        Assert.ThrowsAny<ArgumentException>(() => new StateTransaction().Put(key, Bytes("x")));
        Assert.ThrowsAny<ArgumentException>(() => new StateTransaction().Expect(key, 0));
    }

    [Fact]
    public async Task Many_writers_that_update_one_record_lose_no_update()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 25; i++)
            {
                await Store.UpdateAsync<Tally>(Key("t"), t => Change.Put(new Tally((t?.Count ?? 0) + 1), x => x.Increment(Key("c"), 1)), None);
            }
        })));
        Assert.Equal(200, (await Store.GetAsync<Tally>(Key("t"), None))!.Count);
        Assert.Equal(200, await Store.GetCounterAsync(Key("c"), None));
    }

    [Fact]
    public async Task Of_many_that_claim_the_same_thing_exactly_one_wins()
    {
        for (var round = 0; round < 10; round++)
        {
            var key = Key($"claim{round}");
            var outcomes = await Task.WhenAll(Enumerable.Range(0, 32).Select(i => Task.Run(() =>
                CommitAsync(t => t.Expect(key, 0).Put(key, Bytes($"{i}")).AddToSet(Key("winners"), $"{round}:{i}")))));
            var winner = Assert.Single(outcomes.Index(), o => o.Item).Index;
            Assert.Equal($"{winner}", Text(await Store.GetAsync(key, None)));
            Assert.True(await Store.IsInSetAsync(Key("winners"), $"{round}:{winner}", None));
        }

        Assert.Equal(10, (await Store.GetSetAsync(Key("winners"), None)).Count);
    }

    [Fact]
    public async Task Concurrent_commits_each_get_their_own_outcome()
    {
        await CommitAsync(t => t.Put(Key("taken"), Bytes("x")));
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 400).Select(i => i % 2 == 0
            ? CommitAsync(t => t.Expect(Key($"free{i}"), 0).Put(Key($"free{i}"), Bytes($"{i}")))
            : CommitAsync(t => t.Expect(Key("taken"), 0).Put(Key($"never{i}"), Bytes($"{i}")))));
        Assert.Equal(Enumerable.Range(0, 400).Select(i => i % 2 == 0), outcomes);
        var ids = (await Store.ScanAsync("things", null, 1000, None)).Records.Select(e => e.Id).ToHashSet();
        Assert.Equal(201, ids.Count);
        Assert.DoesNotContain(ids, id => id.StartsWith("never", StringComparison.Ordinal));
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

    [Fact]
    public async Task The_probe_passes_on_a_working_store() => await ((IStorageProbe)Store).ProbeAsync(None);

    private sealed record Tally(int Count);
}
