using Pipeline.Catalog;
using Pipeline.Contracts.Commands;
using Pipeline.Storage;

namespace Pipeline.Indexing;

/// <summary>
/// Deletes an image: first out of sight (its record), then its traces, then the tombstone that late messages meet.
/// A crash anywhere leaves it deleting, and the next delivery goes on. A command is about the life it names: what belongs to a
/// later one stays, even if that began between two deliveries of the command that are under way at once.
/// </summary>
public sealed class ImageDeletion(
    ImageCatalog images, ImageIndexer indexer, IBlobStore blobs, BlobReferences references, ImageManifests manifests, ImageRestoration restoration, ImageVerdicts verdicts)
{
    /// <summary>Ends the life that the command names. Returns when nothing of it is left; doing it twice is harmless.</summary>
    public async Task DeleteAsync(DeleteImage command, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (await images.GetAsync(command.Collection, command.ImageId, ct) is null
            && await restoration.ReadAsync(command.Collection, command.ImageId, command.Incarnation, ct) is { } manifest)
        {
            // The catalog has lost the image, and a rebuild would bring it back.
            await restoration.RestoreAsync(manifest, ct);
        }

        var record = await images.UpdateAsync(
            command.Collection,
            command.ImageId,
            r => r is not null && r.Incarnation == command.Incarnation && r.Status != ImageStatus.Deleted ? r with { Status = ImageStatus.Deleting } : null,
            ct);
        if (record is not null && record.Incarnation != command.Incarnation)
        {
            // The image was uploaded again since. A delivery that was cut off may have taken its point, which has the same id.
            await indexer.RestoreAsync(record, ct);
        }
        else if (record is { Status: ImageStatus.Deleting })
        {
            await RemoveTracesAsync(record, ct);
            await images.UpdateAsync(
                command.Collection,
                command.ImageId,
                r => r is { Status: ImageStatus.Deleting } && r.Incarnation == command.Incarnation ? Tombstone(r) : null,
                ct);
        }
    }

    private async Task RemoveTracesAsync(ImageRecord record, CancellationToken ct)
    {
        // First what the image could be rebuilt from.
        await manifests.RemoveAsync(record.Collection, record.ImageId, record.Incarnation, ct);
        await verdicts.RemoveAsync(record, ct);
        await indexer.WithdrawAsync(record.Collection, record.ImageId, ct);
        await blobs.DeleteAllAsync(BlobKeys.FeaturesPrefix(record.Collection, record.ImageId, record.Incarnation), ct);
        if (record.ContentHash.Length > 0)
        {
            await references.ReleaseAsync(record.ContentHash, record.Collection, record.ImageId, record.Incarnation, ct);
        }
    }

    private static ImageRecord Tombstone(ImageRecord record) => new()
    {
        ImageId = record.ImageId,
        Collection = record.Collection,
        Tenant = record.Tenant,
        Status = ImageStatus.Deleted,
        Incarnation = record.Incarnation,
        CreatedAt = record.CreatedAt,
    };
}
