using Microsoft.Extensions.Options;
using Pipeline.Hosting;

namespace Pipeline.Indexing.Collections;

/// <summary>Looks for images that are too old, again and again.</summary>
public sealed partial class RetentionService(
    RetentionSweep sweep, IHostApplicationLifetime lifetime, IOptions<RetentionOptions> options, TimeProvider time, ILogger<RetentionService> logger)
    : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.WaitUntilStartedAsync(stoppingToken);
        while (true)
        {
            try
            {
                await sweep.SweepAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // A store or the broker may be away; what is too old stays so.
                LogFailed(logger, exception);
            }

            await Task.Delay(options.Value.Interval, time, stoppingToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The look for images that are too old failed; the next will try again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
