using Pipeline.Catalog;
using Pipeline.Hosting;
using Pipeline.Messaging;

namespace Pipeline.Gateway;

/// <summary>
/// Publishes uploads again that were noted in the catalog and never came to an end: their Gateway died, or gave up, between
/// the note and the broker's confirm, or the bus forgot them. Once, at start; those that only wait their turn come twice then,
/// which changes nothing.
/// </summary>
public sealed partial class WaitingUploads(
    UploadCatalog uploads, IServiceScopeFactory scopes, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<WaitingUploads> logger)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.WaitUntilStartedAsync(stoppingToken);
        while (!await TryPublishAsync(stoppingToken))
        {
            await Task.Delay(Pause, time, stoppingToken);
        }
    }

    /// <summary>False if broker or store did not answer, and all is to be done again.</summary>
    private async Task<bool> TryPublishAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var events = scope.ServiceProvider.GetRequiredService<IEventPublisher>();
        var count = 0;
        try
        {
            await foreach (var upload in uploads.ListWaitingAsync(ct))
            {
                if (upload.Event is { } message)
                {
                    await events.PublishAsync(message, ct);
                    count++;
                }
            }
        }
        catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            LogPostponed(logger, Pause, e);
            return false;
        }

        if (count > 0)
        {
            LogPublished(logger, count);
        }

        return true;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Published {Count} waiting uploads again")]
    private static partial void LogPublished(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting uploads are looked for again in {Pause}")]
    private static partial void LogPostponed(ILogger logger, TimeSpan pause, Exception exception);
}
