using Pipeline.Storage;

namespace Pipeline.Catalog;

/// <summary>
/// Which images share the bytes of one content hash. The bytes go only when the last owner does, and an upload that
/// comes while they go waits until they are gone, so it never relies on a file about to vanish.
/// </summary>
public sealed class BlobReferences(IStateStore store, IBlobStore blobs)
{
    /// <summary>Makes an image an owner of the content. Call before the bytes are put or relied on.</summary>
    /// <exception cref="ImageBusyException">The bytes are being removed at this moment; trying later helps.</exception>
    public Task AcquireAsync(string contentHash, string collection, Guid imageId, CancellationToken ct)
    {
        var owner = Owner(collection, imageId);
        return store.UpdateAsync<Record>(
            Key(contentHash),
            before => before switch
            {
                null => Change.Put(new Record([owner], Removing: false)),
                { Removing: true } => throw new ImageBusyException($"The bytes {contentHash} are being removed."),
                _ when before.Owners.Contains(owner) => Change.Keep<Record>(),
                _ => Change.Put(before with { Owners = [.. before.Owners, owner] }),
            },
            ct);
    }

    /// <summary>Ends an image's ownership, and removes the bytes if it was the last. Doing it twice is harmless.</summary>
    public async Task ReleaseAsync(string contentHash, string collection, Guid imageId, CancellationToken ct)
    {
        var owner = Owner(collection, imageId);
        var left = await store.UpdateAsync<Record>(
            Key(contentHash),
            before =>
            {
                if (before is null || before.Removing)
                {
                    return Change.Keep<Record>();
                }

                var owners = before.Owners.Where(o => o != owner).ToArray();
                return Change.Put(new Record(owners, Removing: owners.Length == 0));
            },
            ct);
        if (left is { Removing: true })
        {
            await blobs.DeleteAsync(BlobKeys.Image(contentHash), ct);
            await store.UpdateAsync<Record>(
                Key(contentHash), before => before is { Removing: true } ? Change.Delete<Record>() : Change.Keep<Record>(), ct);
        }
    }

    private static string Owner(string collection, Guid imageId) => $"{collection}/{imageId:N}";

    private static StateKey Key(string contentHash) => new("blobs", contentHash);

    private sealed record Record(IReadOnlyList<string> Owners, bool Removing);
}
