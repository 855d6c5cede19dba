using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Messaging;

namespace Pipeline.Indexing.Collections;

/// <summary>
/// Asks for the deletion of images that are older than their collection keeps them, the oldest first. Images leave the list of ages when their
/// deletion begins, so a look that breaks off needs no note of how far it came, and a look asks for nothing while the last one's images wait.
/// </summary>
public sealed partial class RetentionSweep(
    CollectionCatalog collections,
    ImageCatalog images,
    IServiceScopeFactory scopes,
    IOptions<RetentionOptions> options,
    RetentionMetrics metrics,
    TimeProvider time,
    ILogger<RetentionSweep> logger)
{
    private readonly Dictionary<string, (HashSet<Guid> Images, DateTimeOffset At)> _asked = new(StringComparer.Ordinal);

    /// <summary>Looks at all collections once.</summary>
    /// <returns>Images whose deletion was asked for.</returns>
    public async Task<int> SweepAsync(CancellationToken ct)
    {
        var asked = 0;
        foreach (var collection in await collections.ListAsync(ct))
        {
            if (collection.Settings.Retention.Days is { } days)
            {
                asked += await SweepAsync(collection.Name, time.GetUtcNow() - TimeSpan.FromDays(days), ct);
            }
            else
            {
                metrics.Overdue(collection.Name, 0);
            }
        }

        return asked;
    }

    private async Task<int> SweepAsync(string collection, DateTimeOffset before, CancellationToken ct)
    {
        var old = (await images.ListOlderAsync(collection, before, after: null, options.Value.BatchSize, ct)).Images;
        metrics.Overdue(collection, old.Count);
        if (old.Count == 0 || IsWaiting(collection, old))
        {
            return 0;
        }

        await using var scope = scopes.CreateAsyncScope();
        var events = scope.ServiceProvider.GetRequiredService<IEventPublisher>();
        foreach (var image in old)
        {
            await events.PublishAsync(ImageEvents.Delete(image), ct);
        }

        _asked[collection] = ([.. old.Select(image => image.ImageId)], time.GetUtcNow());
        metrics.Asked(collection, old.Count);
        LogAsked(logger, collection, old.Count, before);
        return old.Count;
    }

    /// <summary>Whether images that were asked for are still to be deleted, and that may just take its time.</summary>
    private bool IsWaiting(string collection, IReadOnlyList<ImageRecord> old) =>
        _asked.TryGetValue(collection, out var asked)
        && time.GetUtcNow() - asked.At < options.Value.RetryAfter
        && old.Any(image => asked.Images.Contains(image.ImageId));

    [LoggerMessage(Level = LogLevel.Information, Message = "Asked for the deletion of {Count} images of {Collection} from before {Before}")]
    private static partial void LogAsked(ILogger logger, string collection, int count, DateTimeOffset before);
}
