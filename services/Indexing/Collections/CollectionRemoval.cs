using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;
using Pipeline.VectorIndex;

namespace Pipeline.Indexing.Collections;

/// <summary>
/// Deletes collections. What is to be done stands in the collection's record, so whoever looks goes on with it. All traces are removed at once,
/// and once more when nothing that was under way can write any more: what comes after that is known to be late by every service.
/// </summary>
public sealed partial class CollectionRemoval(
    CollectionCatalog collections,
    CollectionTraces traces,
    CollectionManifests manifests,
    ReferenceCompletion references,
    ImageCatalog images,
    Generations generations,
    IVectorIndex index,
    IServiceScopeFactory scopes,
    IOptions<CollectionDeletionOptions> options,
    TimeProvider time,
    ILogger<CollectionRemoval> logger)
{
    private readonly ConcurrentDictionary<Guid, bool> _removedOnce = new();

    /// <summary>Begins a deletion: from now on the collection does not exist to anybody. One of a collection that is not there does nothing.</summary>
    public async Task BeginAsync(string collection, Guid id, CancellationToken ct)
    {
        // One that the catalog has lost is found by its manifest: or a rebuild would bring it back.
        await manifests.RestoreAsync(collection, ct);
        if (await collections.FindAsync(collection, ct) is not { } record)
        {
            LogNone(logger, collection);
        }
        else if (record.Deletion is null)
        {
            var count = await images.CountLivingAsync(collection, ct);
            await collections.BeginDeletionAsync(collection, id, count, ct);
            LogBegun(logger, collection, count);
        }
    }

    /// <summary>Goes on with all deletions as far as can be now, and tells of those that are done.</summary>
    public async Task GoOnAsync(CancellationToken ct)
    {
        foreach (var record in await collections.ListAllAsync(ct))
        {
            if (record.Deletion is { } deletion)
            {
                await GoOnAsync(record.Name, deletion, ct);
            }
        }

        foreach (var end in await collections.ListEndsAsync(ct))
        {
            await TellAsync(end, ct);
        }
    }

    private async Task GoOnAsync(string collection, CollectionDeletion deletion, CancellationToken ct)
    {
        // Whoever saw the collection before may still do so for a moment, and work for a while.
        var isSettled = time.GetUtcNow() >= SettledAt(deletion);
        if (!isSettled && _removedOnce.ContainsKey(deletion.Id))
        {
            return;
        }

        foreach (var name in (await index.ListCollectionsAsync(ct)).Where(name => Generation.NumberOf(collection, name) is not null))
        {
            await generations.DropAsync(name, ct);
        }

        await traces.RemoveAsync(collection, deletion.Id, ct);
        _removedOnce[deletion.Id] = true;
        if (isSettled && await collections.FindAsync(collection, ct) is { Deletion: { } latest } record && time.GetUtcNow() >= SettledAt(latest))
        {
            await references.TryCompleteAsync(ct);
            await manifests.KeepLivesAsync(CollectionCatalog.HighestOf(record), ct);
            if (await collections.RemoveAsync(collection, deletion.Id, ct))
            {
                _removedOnce.TryRemove(deletion.Id, out _);
                LogDone(logger, collection, deletion.Images);
            }
        }
    }

    private DateTimeOffset SettledAt(CollectionDeletion deletion)
    {
        var settled = deletion.At + CollectionCatalog.MaxAge + options.Value.Settle;
        return deletion.HeldUntil > settled ? deletion.HeldUntil.Value : settled;
    }

    private async Task TellAsync(CollectionEnd end, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IEventPublisher>().PublishAsync(
            new CollectionDeleted { Collection = end.Collection, Images = end.Images, CorrelationId = end.Deletion }, ct);
        await collections.ForgetEndAsync(end.Deletion, ct);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The collection {Collection} and its {Images} images are being deleted")]
    private static partial void LogBegun(ILogger logger, string collection, long images);

    [LoggerMessage(Level = LogLevel.Information, Message = "Nothing is left of the collection {Collection}, which had {Images} images")]
    private static partial void LogDone(ILogger logger, string collection, long images);

    [LoggerMessage(Level = LogLevel.Information, Message = "There is no collection {Collection} to delete")]
    private static partial void LogNone(ILogger logger, string collection);
}
