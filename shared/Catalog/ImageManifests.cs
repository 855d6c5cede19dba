using Pipeline.Storage;

namespace Pipeline.Catalog;

/// <summary>
/// The manifests of images. They follow the records: whoever changed a record writes its manifest, looks at the record again, and goes on until
/// both say the same, so that of several writers the last one leaves the latest.
/// </summary>
public sealed class ImageManifests(IBlobStore blobs, ImageCatalog images)
{
    /// <summary>Makes the manifest of an image's life what its record says; one of a life that is over goes. Durable when the task completes.</summary>
    /// <param name="record">The record as it was last seen.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>Whether something was written or removed.</returns>
    public async Task<bool> KeepAsync(ImageRecord record, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(record);
        var key = BlobKeys.Manifest(record.Collection, record.ImageId, record.Incarnation);
        var life = record.Incarnation;
        var stored = await blobs.TryReadAsync(key, ct);
        var changed = false;
        for (ImageRecord? now = record; ;)
        {
            var wanted = now is { ContentHash.Length: > 0 } && now.IsLive(life) ? ImageManifest.Of(now).Serialize() : null;
            if (wanted is null ? stored is null : stored.AsSpan().SequenceEqual(wanted))
            {
                return changed;
            }

            changed = true;
            stored = wanted;
            if (wanted is null)
            {
                await blobs.DeleteAsync(key, ct);
            }
            else
            {
                await blobs.PutAsync(key, wanted, ct);
            }

            now = await images.GetAsync(record.Collection, record.ImageId, ct);
        }
    }

    /// <summary>Removes the manifest of an image's life.</summary>
    public Task RemoveAsync(string collection, Guid imageId, int incarnation, CancellationToken ct) =>
        blobs.DeleteAsync(BlobKeys.Manifest(collection, imageId, incarnation), ct);
}
