using Microsoft.Extensions.Options;
using Pipeline.Hosting;

namespace Pipeline.Indexing.Collections;

/// <summary>Looks for collections that are to be deleted.</summary>
public sealed partial class CollectionRemovalService(
    CollectionRemoval removal, IHostApplicationLifetime lifetime, IOptions<CollectionDeletionOptions> options, TimeProvider time, ILogger<CollectionRemovalService> logger)
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
                await removal.GoOnAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // A store or the broker may be away; what is to be deleted stays to be deleted.
                LogFailed(logger, exception);
            }

            await Task.Delay(options.Value.Interval, time, stoppingToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Deletions of collections cannot go on now; the next look will try again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
