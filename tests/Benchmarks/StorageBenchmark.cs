using System.Diagnostics;
using System.Text.Json;
using Pipeline.Storage;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Benchmarks;

/// <summary>
/// Durable commits and blob writes a second, by the number of callers at once. A commit is what a stage does for an image: one
/// record of 1 KB compared and set, one member of a sorted set, one counter.
/// </summary>
internal static class StorageBenchmark
{
    private static readonly int[] Callers = [1, 8, 64];
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(3);

    public static JsonSerializerOptions JsonOptions { get; } = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static async Task<IReadOnlyList<StorageFigure>> RunAsync(Action<string> print)
    {
        // Below the working directory: the system's temporary folder is often in memory, where an fsync costs nothing.
        var folder = Directory.CreateDirectory(Path.Combine("artifacts", $"storage-benchmark-{Guid.NewGuid():N}")).FullName;
        var figures = new List<StorageFigure>();
        try
        {
            await using (var sqlite = new SqliteStateStore(Path.Combine(folder, "state.db")))
            {
                await MeasureAsync("sqlite commits", (caller, n) => CommitAsync(sqlite, caller, n));
            }

            await using (var server = await RedisServer.StartAsync(folder))
            await using (var redis = new RedisStateStore(server.ConnectionString, RedisServer.NewKeyPrefix(), TimeSpan.FromSeconds(10)))
            {
                await MeasureAsync("redis commits", (caller, n) => CommitAsync(redis, caller, n));
            }

            var blobs = new DirectoryBlobStore(Path.Combine(folder, "blobs"));
            var content = new byte[64 * 1024];
            await MeasureAsync("blob puts of 64 KiB", (caller, n) => blobs.PutAsync($"b/{n % 256:x2}/{caller}-{n}", content, default));
            return figures;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        async Task MeasureAsync(string what, Func<int, int, Task> once)
        {
            foreach (var callers in Callers)
            {
                await once(-callers, 0);
                var (count, started) = (0, Stopwatch.GetTimestamp());
                await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
                {
                    for (var n = 0; Stopwatch.GetElapsedTime(started) < Measured; n++)
                    {
                        await once((callers * 1000) + caller, n);
                        Interlocked.Increment(ref count);
                    }
                })));
                var figure = new StorageFigure(what, callers, count / Stopwatch.GetElapsedTime(started).TotalSeconds);
                figures.Add(figure);
                print($"{what,-20} {callers,3} callers {figure.PerSecond,8:0} /s");
            }
        }
    }

    private static async Task CommitAsync(IStateStore store, int caller, int n)
    {
        var (key, collection) = (new StateKey("images/bench", $"{caller}-{n}"), new StateKey("status/bench", "accepted"));
        var committed = await store.TryCommitAsync(
            new StateTransaction().Expect(key, 0).Put(key, new byte[1024])
                .AddToSorted(collection, key.Id, n).Increment(new StateKey("counts", "accepted"), 1),
            default);
        if (!committed)
        {
            throw new InvalidOperationException($"{key} existed.");
        }
    }
}

/// <summary>One measurement.</summary>
internal sealed record StorageFigure(string What, int Callers, double PerSecond);
