using Pipeline.Storage;
using Xunit;

namespace Pipeline.Tests.Storage;

/// <content>Many writers at the same time.</content>
public abstract partial class StateStoreContract
{
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
    public async Task However_many_add_at_once_a_bounded_number_of_them_gets_in()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(() =>
            CommitAsync(t => t.ExpectFewer(Key("z"), 7).AddToSorted(Key("z"), $"{i}", i).Put(Key($"{i}"), Bytes("in"))))));

        Assert.Equal(7, outcomes.Count(isIn => isIn));
        Assert.Equal(
            outcomes.Index().Where(o => o.Item).Select(o => $"{o.Index}"),
            (await Store.RangeAsync(Key("z"), new SortedRange(), None)).Select(m => m.Member));
        Assert.Equal(7, (await Store.ScanAsync("things", null, 100, None)).Records.Count);
    }

    private sealed record Tally(int Count);
}
