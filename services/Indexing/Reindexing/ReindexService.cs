using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Hosting;

namespace Pipeline.Indexing.Reindexing;

/// <summary>Fills next generations, those of several collections side by side.</summary>
public sealed partial class ReindexService(
    CollectionCatalog collections,
    GenerationFill fill,
    IHostApplicationLifetime lifetime,
    IOptions<ReindexOptions> options,
    TimeProvider time,
    ILogger<ReindexService> logger) : BackgroundService
{
    /// <summary>A look that ends nothing takes at most one part in so many of the time.</summary>
    private const int LongestShare = 10;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<string, Task> _running = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.WaitUntilStartedAsync(stoppingToken);
        try
        {
            while (true)
            {
                await BeginAsync(stoppingToken);
                await Task.Delay(options.Value.SweepInterval, time, stoppingToken);
            }
        }
        finally
        {
            await Task.WhenAll(_running.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task BeginAsync(CancellationToken ct)
    {
        try
        {
            foreach (var collection in await collections.ListAsync(ct))
            {
                if (collection.Active?.Next is not null && (!_running.TryGetValue(collection.Name, out var running) || running.IsCompleted))
                {
                    _running[collection.Name] = RunAsync(collection.Name, ct);
                }
            }
        }
        catch (Exception exception) when (!ct.IsCancellationRequested)
        {
            LogNoList(logger, exception);
        }
    }

    private async Task RunAsync(string collection, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            if (await fill.AdvanceAsync(collection, ct))
            {
                return;
            }
        }
        catch (Exception exception) when (!ct.IsCancellationRequested)
        {
            // A store, the index or the broker may be away; what serves goes on serving.
            LogFailed(logger, exception, collection);
        }

        // Codes are still to come, or the index is still at work: the next look is not at once.
        var pause = Stopwatch.GetElapsedTime(started) * LongestShare;
        await Task.Delay(pause < LongestPause ? pause : LongestPause, time, ct);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The collections cannot be listed to fill their generations; the next look will try again")]
    private static partial void LogNoList(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The next generation of {Collection} cannot be filled at this moment; the next look will go on")]
    private static partial void LogFailed(ILogger logger, Exception exception, string collection);
}
