using System.Diagnostics;
using Pipeline.Storage;
using Pipeline.Tests.Storage;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Storage;

[Collection(SharedServers.Messaging)]
public sealed class RedisStateStoreTests(SharedServers servers) : StateStoreContract
{
    // A silent connection is noticed within two time-outs of a call; the rest is a busy machine's.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly string _prefix = RedisServer.NewKeyPrefix();

    protected override async Task<IStateStore> OpenAsync() => await OpenAsync(TimeSpan.FromSeconds(30));

    private async Task<RedisStateStore> OpenAsync(TimeSpan timeout) =>
        new((await servers.RedisAsync()).ConnectionString, _prefix, timeout);

    [PrivateRedisFact]
    public async Task A_killed_and_restarted_server_lost_nothing_and_the_store_goes_on_by_itself()
    {
        var redis = await servers.RedisAsync();
        await CommitAsync(t => t.Put(Key("a"), Bytes("A")).AddToSorted(Key("z"), "m", 1).Increment(Key("c"), 2));
        var version = (await Store.GetAsync(Key("a"), None))!.Version;

        await redis.KillAsync();
        // The call waits for the server instead of failing: it comes back within the call's time-out.
        var waiting = CommitAsync(t => t.Expect(Key("a"), version).Put(Key("a"), Bytes("B")).Increment(Key("c"), 1));
        await redis.RestartAsync();

        Assert.True(await waiting);
        Assert.Equal("B", Text(await Store.GetAsync(Key("a"), None)));
        Assert.True((await Store.GetAsync(Key("a"), None))!.Version > version);
        Assert.Equal(3, await Store.GetCounterAsync(Key("c"), None));
        Assert.Equal(1, await Store.CountSortedAsync(Key("z"), None));
    }

    [PrivateRedisFact]
    public async Task Commits_that_meet_killed_servers_are_applied_exactly_once()
    {
        var redis = await servers.RedisAsync();
        using var stop = new CancellationTokenSource();
        var commits = 0;
        var writers = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            var applied = 0;
            while (!stop.IsCancellationRequested)
            {
                Assert.True(await CommitAsync(t => t.Increment(Key("c"), 1)));
                Interlocked.Increment(ref commits);
                applied++;
            }

            return applied;
        })).ToArray();

        for (var i = 0; i < 3; i++)
        {
            await CommittedAsync();
            await redis.KillAsync();
            await redis.RestartAsync();
        }

        await CommittedAsync();
        await stop.CancelAsync();
        var total = (await Task.WhenAll(writers)).Sum();
        Assert.Equal(total, await Store.GetCounterAsync(Key("c"), None));

        Task CommittedAsync()
        {
            var until = Volatile.Read(ref commits) + 100;
            return Eventually.TrueAsync(() => Volatile.Read(ref commits) >= until || writers.Any(writer => writer.IsFaulted), Patience);
        }
    }

    [PrivateRedisFact]
    public async Task A_commit_whose_answer_was_lost_is_not_applied_twice_when_repeated()
    {
        var redis = await servers.RedisAsync();
        await using var impatient = await OpenAsync(TimeSpan.FromMilliseconds(500));
        await Eventually.TrueAsync(() => AnswersAsync(impatient), Patience);
        var transaction = new StateTransaction().Expect(Key("a"), 0).Put(Key("a"), Bytes("x")).Increment(Key("c"), 1);

        await redis.FreezeAsync();
        try
        {
            var started = Stopwatch.GetTimestamp();
            await Assert.ThrowsAsync<StorageUnavailableException>(() => impatient.TryCommitAsync(transaction, None));
            Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.FromMilliseconds(300), TimeSpan.FromMinutes(1));
        }
        finally
        {
            await redis.ThawAsync();
        }

        // The frozen server now reads what was sent to it, in the order in which it was sent. Half a second may be too short for its answer again.
        await Eventually.TrueAsync(() => CommitsAsync(impatient, transaction), Patience);
        Assert.Equal(1, await Store.GetCounterAsync(Key("c"), None));
        Assert.Equal("x", Text(await Store.GetAsync(Key("a"), None)));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_first_connection_that_carries_nothing_is_given_up_for_another(int silent)
    {
        await using var relay = await RelayAsync(silent);
        await using var store = await OpenAsync(relay);
        await Eventually.TrueAsync(() => AnswersAsync(store), Patience);
    }

    [Fact]
    public async Task A_connection_that_carries_nothing_any_more_is_given_up_for_another()
    {
        await using var relay = await RelayAsync();
        await using var store = await OpenAsync(relay);
        await Eventually.TrueAsync(() => AnswersAsync(store), Patience);
        relay.Silence();
        Assert.False(await AnswersAsync(store));
        await Eventually.TrueAsync(() => AnswersAsync(store), Patience);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_reported_as_unavailable_within_the_time_out()
    {
        await using var store = new RedisStateStore("127.0.0.1:1", _prefix, TimeSpan.FromMilliseconds(700));
        var started = Stopwatch.GetTimestamp();
        await Assert.ThrowsAsync<StorageUnavailableException>(() => store.GetAsync(Key("a"), None));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => store.ProbeAsync(None));
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Two_prefixes_on_one_server_do_not_see_each_other()
    {
        await using var other = new RedisStateStore(
            (await servers.RedisAsync()).ConnectionString, RedisServer.NewKeyPrefix(), TimeSpan.FromSeconds(30));
        await CommitAsync(t => t.Put(Key("a"), Bytes("x")).AddToSet(Key("s"), "m"));
        Assert.Null(await other.GetAsync(Key("a"), None));
        Assert.Empty((await other.ScanAsync("things", null, 10, None)).Records);
        Assert.Empty(await other.GetSetAsync(Key("s"), None));
    }

    private static async Task<bool> AnswersAsync(RedisStateStore store)
    {
        try
        {
            await store.ProbeAsync(None);
            return true;
        }
        catch (StorageUnavailableException)
        {
            return false;
        }
    }

    private static async Task<bool> CommitsAsync(RedisStateStore store, StateTransaction transaction)
    {
        try
        {
            return await store.TryCommitAsync(transaction, None);
        }
        catch (StorageUnavailableException)
        {
            return false;
        }
    }

    private async Task<TcpRelay> RelayAsync(int silent = 0)
    {
        var server = (await servers.RedisAsync()).Url;
        return new TcpRelay(server.Host, server.Port < 0 ? 6379 : server.Port, silent);
    }

    private async Task<RedisStateStore> OpenAsync(TcpRelay relay)
    {
        var rest = (await servers.RedisAsync()).ConnectionString.Split(',')[1..];
        return new(string.Join(',', [$"127.0.0.1:{relay.Port}", .. rest]), _prefix, TimeSpan.FromSeconds(2));
    }
}
