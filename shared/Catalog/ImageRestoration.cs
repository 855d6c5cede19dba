using Pipeline.Storage;

namespace Pipeline.Catalog;

/// <summary>Puts images back that the catalog has lost, from their manifests. Doing it again changes nothing.</summary>
public sealed class ImageRestoration(ImageCatalog images, UploadCatalog uploads, BlobReferences references, ImageManifests manifests, IBlobStore blobs)
{
    /// <summary>The manifest of one of an image's lives, or null.</summary>
    /// <exception cref="System.Text.Json.JsonException">It is damaged.</exception>
    public async Task<ImageManifest?> ReadAsync(string collection, Guid imageId, int incarnation, CancellationToken ct) =>
        await blobs.TryReadAsync(BlobKeys.Manifest(collection, imageId, incarnation), ct) is { } stored ? ImageManifest.Parse(stored) : null;

    /// <summary>Puts the image of a manifest back if the catalog does not know it.</summary>
    /// <returns>The image's record as it now stands, and whether it is due to this call.</returns>
    /// <exception cref="ImageBusyException">The collection is gone.</exception>
    public async Task<RestoredImage> RestoreAsync(ImageManifest manifest, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var record = await images.GetAsync(manifest.Collection, manifest.ImageId, ct);
        if (record is null)
        {
            await references.AcquireAsync(manifest.ContentHash, manifest.Collection, manifest.ImageId, manifest.Incarnation, ct);
            var restored = false;
            record = await images.UpdateInAsync(
                manifest.Collection,
                manifest.ImageId,
                (before, _) =>
                {
                    restored = before is null;
                    return restored ? manifest.ToRecord() : null;
                },
                ct);
            await uploads.RestoreAsync(record!, ct);
            return new RestoredImage(record!, restored);
        }

        if (record.Incarnation == manifest.Incarnation && record.IsLive(manifest.Incarnation))
        {
            // Records of references may be lost where those of images are not.
            await references.AcquireAsync(manifest.ContentHash, manifest.Collection, manifest.ImageId, manifest.Incarnation, ct);
            return new RestoredImage(record, false);
        }

        return record.Incarnation > manifest.Incarnation || record.Status == ImageStatus.Deleted
            ? new RestoredImage(await EndLifeAsync(manifest, record, ct), false)
            : new RestoredImage(record, false);
    }

    /// <summary>
    /// The manifest is of a life that is over. A deletion would have taken it along: so the image was uploaded again while the catalog was lost, and
    /// the later life takes over its names and verdicts.
    /// </summary>
    private async Task<ImageRecord> EndLifeAsync(ImageManifest manifest, ImageRecord record, CancellationToken ct)
    {
        var merged = await images.UpdateAsync(
            manifest.Collection,
            manifest.ImageId,
            before =>
            {
                if (before is null || !before.IsLive(before.Incarnation) || before.Incarnation <= manifest.Incarnation)
                {
                    return null;
                }

                string[] externalIds = [.. manifest.ExternalIds.Union(before.ExternalIds, StringComparer.Ordinal)];
                string[] labels = [.. manifest.Labels.Union(before.Labels, StringComparer.Ordinal)];
                var judged = manifest.Verdicts.Aggregate(before, (record, verdict) => record.With(verdict));
                return externalIds.Length == before.ExternalIds.Count && labels.Length == before.Labels.Count
                    ? judged
                    : judged with { ExternalIds = externalIds, Labels = labels, PayloadRevision = before.PayloadRevision + 1 };
            },
            ct) ?? record;
        await manifests.KeepAsync(merged, ct);
        await blobs.DeleteAllAsync(BlobKeys.FeaturesPrefix(manifest.Collection, manifest.ImageId, manifest.Incarnation), ct);

        await manifests.RemoveAsync(manifest.Collection, manifest.ImageId, manifest.Incarnation, ct);
        return merged;
    }
}

/// <summary>What a restoration came to.</summary>
/// <param name="Record">The image's record as it now stands.</param>
/// <param name="IsRestored">Whether it was lost and is back by this restoration.</param>
public sealed record RestoredImage(ImageRecord Record, bool IsRestored);
