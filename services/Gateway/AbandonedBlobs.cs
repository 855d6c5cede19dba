using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Storage;

namespace Pipeline.Gateway;

/// <summary>
/// Removes what crashed or cancelled requests left in the blob store, at start and every hour: query pictures, and uploaded
/// bytes that no upload waits for. Only names that a Gateway gives are touched, so objects of other systems stay.
/// </summary>
public sealed partial class AbandonedBlobs(
    IBlobStore blobs, UploadCatalog uploads, TimeProvider time, IOptions<GatewayOptions> options, ILogger<AbandonedBlobs> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                var removed = await SweepAsync(stoppingToken);
                if (removed > 0)
                {
                    LogRemoved(logger, removed);
                }
            }
            catch (StorageUnavailableException e)
            {
                LogPostponed(logger, e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<int> SweepAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var removed = 0;
        await foreach (var blob in blobs.ListAsync(BlobKeys.QueriesPrefix, ct))
        {
            // A query picture lives for one request, and no request lives so long.
            if (now - blob.LastModified > Interval && await blobs.DeleteAsync(blob.Key, ct))
            {
                removed++;
            }
        }

        await foreach (var blob in blobs.ListAsync(BlobKeys.IncomingPrefix, ct))
        {
            if (now - blob.LastModified > options.Value.KeepIncoming && await IsAbandonedAsync(blob.Key, ct) && await blobs.DeleteAsync(blob.Key, ct))
            {
                removed++;
            }
        }

        return removed;
    }

    private async Task<bool> IsAbandonedAsync(string key, CancellationToken ct) =>
        Guid.TryParseExact(key.AsSpan(BlobKeys.IncomingPrefix.Length), "N", out var uploadId)
        && uploadId.Version == 7
        && await uploads.GetAsync(uploadId, ct) is null or { Status: not UploadStatus.Received };

    [LoggerMessage(Level = LogLevel.Information, Message = "Removed {Count} abandoned query pictures and uploads")]
    private static partial void LogRemoved(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Abandoned blobs are looked for later: the store does not answer")]
    private static partial void LogPostponed(ILogger logger, Exception exception);
}
