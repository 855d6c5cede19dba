using System.Diagnostics;
using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Hosting;

namespace Pipeline.Indexing.Codes;

/// <summary>Looks from time to time whether a collection's next encoder can serve.</summary>
public sealed partial class EncoderChangeService(
    CollectionCatalog collections,
    EncoderChange change,
    IHostApplicationLifetime lifetime,
    IOptions<EncoderChangeOptions> options,
    TimeProvider time,
    ILogger<EncoderChangeService> logger) : BackgroundService
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
                await change.TryServeAsync(collection.Name, ct);
            }
        }
        catch (Exception exception) when (!ct.IsCancellationRequested)
        {
            // A store may be away; the encoder that serves goes on serving.
            LogFailed(logger, exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A look whether the next encoder of a collection can serve failed; the next will try again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
