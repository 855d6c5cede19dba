using Pipeline.Storage;

namespace Pipeline.Catalog;

/// <summary>Finds out when, after the catalog was lost, all collections are rebuilt: then it is known of all bytes who shares them.</summary>
public sealed class ReferenceCompletion(BlobReferences references, CollectionCatalog collections, CollectionRebuilds rebuilds, IBlobStore blobs)
{
    /// <summary>Lets bytes go again, and removes those without owners, if all collections are back.</summary>
    /// <returns>Of how many images the bytes were removed; null if nothing was incomplete, or still is.</returns>
    public async Task<int?> TryCompleteAsync(CancellationToken ct)
    {
        if (await references.IncompleteSinceAsync(ct) is not { } since)
        {
            return null;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var blob in blobs.ListAsync(BlobKeys.AllManifests, ct))
        {
            // A collection without images has nothing to share.
            if (BlobKeys.ParseManifest(blob.Key) is not null)
            {
                var rest = blob.Key[BlobKeys.AllManifests.Length..];
                names.Add(rest[..rest.IndexOf('/', StringComparison.Ordinal)]);
            }
        }

        foreach (var name in names)
        {
            if (!await IsBackAsync(name, since, ct))
            {
                return null;
            }
        }

        return await references.CompleteAsync(ct);
    }

    private async Task<bool> IsBackAsync(string collection, DateTimeOffset since, CancellationToken ct) =>
        await collections.FindAsync(collection, ct) switch
        {
            null => false,
            { Deletion: not null } => true,
            { CreatedAt: var created } when created >= since => true,

            // An image whose manifest is damaged has bytes of which nobody is known to be the owner.
            _ => await rebuilds.GetAsync(collection, ct) is { Finished: true, Found.Damaged: 0 } rebuild && rebuild.BegunAt >= since,
        };
}
