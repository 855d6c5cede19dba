using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Pipeline.Storage;
using Pipeline.Tests.Integration.Servers;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Storage;

/// <summary>A primary of Redis with two replicas and a sentinel, and the primary dies.</summary>
public sealed class RedisFailoverTests
{
    private const int Writers = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private static CancellationToken None => CancellationToken.None;

    [PrivateServersFact]
    public async Task A_commit_that_a_replica_must_have_survives_the_primary_and_commits_go_on_at_the_next_one()
    {
        await using var primary = await RedisServer.StartPrivateAsync();
        await using var first = await primary.StartReplicaAsync();
        await using var second = await primary.StartReplicaAsync();
        await using var sentinel = await primary.StartSentinelAsync();
        RedisServer[] replicas = [first, second];
        await Eventually.TrueAsync(async () => await primary.InfoAsync("replication", "connected_slaves") == "2", Patience);
        await using var store = Open(replicas: 1, [primary, .. replicas]);
        var acknowledged = new ConcurrentBag<string>();
        using var stopping = new CancellationTokenSource();

        var writing = Enumerable.Range(0, Writers).Select(writer => WriteAsync(store, writer, acknowledged, stopping.Token)).ToArray();
        await Eventually.TrueAsync(() => acknowledged.Count > 200, Patience);
        await primary.KillAsync();
        var before = acknowledged.Count;
        await Eventually.TrueAsync(() => acknowledged.Count > before + 200, Patience, () => $"{acknowledged.Count - before} commits since");
        await stopping.CancelAsync();
        await Task.WhenAll(writing);

        // The old primary comes back believing that it still is one; the sentinel makes it a replica, and nobody has written to it.
        await primary.RestartAsync();
        await Eventually.TrueAsync(() => IsReplicaAsync(primary), Patience);
        // The store may still take it for the primary until it has asked again, and it is being given its copy.
        long count = 0;
        string[] lost = [];
        await Eventually.TrueAsync(
            async () =>
            {
                (lost, count) = await ReadAsync(store, [.. acknowledged]);
                return lost.Length == 0 && count == acknowledged.Count;
            },
            Patience,
            () => Task.FromResult($"{count} counted of {acknowledged.Count}, lost: {string.Join(' ', lost)}"));
    }

    [PrivateServersFact]
    public async Task Without_the_replica_that_must_have_it_no_commit_counts()
    {
        await using var primary = await RedisServer.StartPrivateAsync();
        await using var replica = await primary.StartReplicaAsync();
        await Eventually.TrueAsync(async () => await primary.InfoAsync("replication", "connected_slaves") == "1", Patience);
        await using var store = Open(replicas: 1, primary, replica);
        await Eventually.TrueAsync(() => ProbesAsync(store), Patience);

        await replica.FreezeAsync();
        await Assert.ThrowsAsync<StorageUnavailableException>(() => store.ProbeAsync(None));
        await replica.ThawAsync();

        // One and the same transaction: a try that was applied, and not heard of at the replica in time, counts.
        var transaction = new StateTransaction().Increment(new StateKey("things", "count"), 1);
        await Eventually.TrueAsync(() => CommitAsync(store, transaction), Patience);
        Assert.Equal(1, await store.GetCounterAsync(new StateKey("things", "count"), None));
    }

    private static async Task<bool> IsReplicaAsync(RedisServer server)
    {
        try
        {
            return await server.InfoAsync("replication", "role") == "slave";
        }
        catch (Exception e) when (e is IOException or SocketException or InvalidOperationException)
        {
            // With a server's role all its connections end, before the answer or in the middle of it.
            return false;
        }
    }

    private static async Task<(string[] Lost, long Count)> ReadAsync(RedisStateStore store, string[] ids)
    {
        try
        {
            var records = await store.GetManyAsync([.. ids.Select(id => new StateKey("things", id))], None);
            var count = await store.GetCounterAsync(new StateKey("things", "count"), None);
            return ([.. ids.Zip(records).Where(pair => pair.Second is null).Select(pair => pair.First)], count);
        }
        catch (StorageUnavailableException)
        {
            return (ids, 0);
        }
    }

    private static async Task<bool> ProbesAsync(RedisStateStore store)
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

    private static RedisStateStore Open(int replicas, params RedisServer[] servers)
    {
        var (endpoints, rest) = (servers.Select(server => server.ConnectionString.Split(',')[0]), servers[0].ConnectionString.Split(',')[1..]);
        return new(string.Join(',', [.. endpoints, .. rest]), RedisServer.NewKeyPrefix(), TimeSpan.FromSeconds(5), replicas: replicas);
    }

    // As a worker does it: what was not acknowledged is committed again, by the same transaction.
    private static async Task WriteAsync(RedisStateStore store, int writer, ConcurrentBag<string> acknowledged, CancellationToken stopping)
    {
        for (var i = 0; !stopping.IsCancellationRequested; i++)
        {
            var id = $"{writer}-{i}";
            var key = new StateKey("things", id);
            var transaction = new StateTransaction().Expect(key, 0).Put(key, Encoding.UTF8.GetBytes(id)).Increment(new StateKey("things", "count"), 1);
            while (!await CommitAsync(store, transaction))
            {
                await Task.Delay(100, None);
            }

            acknowledged.Add(id);
        }
    }

    private static async Task<bool> CommitAsync(RedisStateStore store, StateTransaction transaction)
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
}
