using System.Diagnostics;
using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Hosting;
using Pipeline.Indexing.Codes;

namespace Pipeline.Indexing;

/// <summary>Looks from time to time whether a collection's next encoder or model can serve.</summary>
public sealed partial class CollectionChangeService(
    CollectionCatalog collections,
    IEnumerable<ICollectionChange> changes,
    IHostApplicationLifetime lifetime,
    IOptions<EncoderChangeOptions> options,
    TimeProvider time,
    ILogger<CollectionChangeService> logger) : BackgroundService
{
    /// <summary>A look takes at most one part in so many of the time.</summary>
    private const int LongestShare = 10;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.WaitUntilStartedAsync(stoppingToken);
        while (true)
        {
            var started = Stopwatch.GetTimestamp();
            await SweepAsync(stoppingToken);
            var pause = Stopwatch.GetElapsedTime(started) * LongestShare;
            await Task.Delay(pause > options.Value.SweepInterval ? pause : options.Value.SweepInterval, time, stoppingToken);
        }
    }

    private async Task SweepAsync(CancellationToken ct)
    {
        try
        {
            foreach (var collection in await collections.ListAsync(ct))
            {
                foreach (var change in changes)
                {
                    await SweepAsync(change, collection.Name, ct);
                }
            }
        }
        catch (Exception exception) when (!ct.IsCancellationRequested)
        {
            LogNoList(logger, exception);
        }
    }

    private async Task SweepAsync(ICollectionChange change, string collection, CancellationToken ct)
    {
        try
        {
            await change.SweepAsync(collection, ct);
        }
        catch (Exception exception) when (!ct.IsCancellationRequested)
        {
            // A store may be away; what serves goes on serving.
            LogFailed(logger, exception, change.GetType().Name, collection);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The collections cannot be listed to look at their changes; the next look will try again")]
    private static partial void LogNoList(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Change} cannot look at the collection {Collection}; the next look will try again")]
    private static partial void LogFailed(ILogger logger, Exception exception, string change, string collection);
}
