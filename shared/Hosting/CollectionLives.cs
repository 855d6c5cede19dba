using Microsoft.Extensions.Logging;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Messaging;
using Pipeline.Storage;

namespace Pipeline.Hosting;

/// <summary>The lives of collections, as the catalog knows them.</summary>
public sealed partial class CollectionLives(CollectionCatalog collections, CollectionManifests manifests, IBlobStore blobs, ILogger<CollectionLives> logger) : ICollectionLives
{
    /// <inheritdoc/>
    public async ValueTask<int?> PresentAsync(string collection, CancellationToken ct)
    {
        try
        {
            return (await collections.FindRecentAsync(collection, ct))?.Life;
        }
        catch (StorageUnavailableException e)
        {
            // What is to be told is told: it counts for whichever life there is when it is heard.
            LogUnstamped(logger, collection, e.Message);
            return null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> IsOverAsync(string collection, int? life, int? incarnation, CancellationToken ct)
    {
        if (!IsOver(await collections.FindRecentAsync(collection, ct), life, incarnation))
        {
            return false;
        }

        // What was seen a moment ago may be older than the message.
        var record = await collections.FindAsync(collection, ct);
        return record is null && await manifests.ExistsAsync(collection, ct) ? throw new CatalogLostException(collection) : IsOver(record, life, incarnation);
    }

    /// <inheritdoc/>
    public async Task ForgetAsync(EventHeader image, CancellationToken ct)
    {
        // While there is a manifest the image is to be: its catalog is lost, and a rebuild makes use of its features.
        if (!CollectionName.IsValid(image.Collection)
            || await blobs.ExistsAsync(BlobKeys.Manifest(image.Collection, image.ImageId, image.Incarnation), ct))
        {
            return;
        }

        await blobs.DeleteAllAsync(BlobKeys.FeaturesPrefix(image.Collection, image.ImageId, image.Incarnation), ct);
    }

    private static bool IsOver(CollectionRecord? record, int? life, int? incarnation) =>
        record is not { Deletion: null } || (life ?? record.Life) < record.Life || (incarnation ?? record.Life) < record.Life;

    [LoggerMessage(Level = LogLevel.Warning, Message = "The life of {Collection} cannot be read: {Reason}")]
    private static partial void LogUnstamped(ILogger logger, string collection, string reason);
}
