using Pipeline.Storage;

namespace Pipeline.Catalog;

/// <summary>
/// Which images share the bytes of one content hash, and in which of its lives each of them does. The bytes go only when
/// the last owner does, and an upload that comes while they go waits until they are gone, so it never relies on a file
/// about to vanish. A deletion of an earlier life takes nothing from a later one.
/// </summary>
public sealed class BlobReferences(IStateStore store, IBlobStore blobs)
{
    private const string Table = "blobs";
    private static readonly StateKey IncompleteKey = new("blob-references", "incomplete");

    /// <summary>Makes an image's life an owner of the content. Call before the bytes are put or relied on.</summary>
    /// <exception cref="ImageBusyException">The bytes are being removed at this moment; trying later helps.</exception>
    public Task AcquireAsync(string contentHash, string collection, Guid imageId, int incarnation, CancellationToken ct)
    {
        var owner = Owner(collection, imageId);
        return store.UpdateAsync<Record>(
            Key(contentHash),
            before => before switch
            {
                null => Change.Put(new Record(new Dictionary<string, int> { [owner] = incarnation }, Removing: false)),
                { Removing: true } => throw new ImageBusyException($"The bytes {contentHash} are being removed."),
                _ when before.Owners.TryGetValue(owner, out var held) && held >= incarnation => Change.Keep<Record>(),
                _ => Change.Put(before with { Owners = new Dictionary<string, int>(before.Owners) { [owner] = incarnation } }),
            },
            ct);
    }

    /// <summary>
    /// Ends the ownership of an image's life, and removes the bytes if it was the last. Doing it twice is harmless, and so is
    /// doing it when a later life of the image owns them.
    /// </summary>
    public async Task ReleaseAsync(string contentHash, string collection, Guid imageId, int incarnation, CancellationToken ct)
    {
        var owner = Owner(collection, imageId);
        var isIncomplete = await IncompleteSinceAsync(ct) is not null;
        var left = await store.UpdateAsync<Record>(
            Key(contentHash),
            before =>
            {
                if (before is null or { Removing: true } || !before.Owners.TryGetValue(owner, out var held) || held > incarnation)
                {
                    return Change.Keep<Record>();
                }

                var owners = before.Owners.Where(o => o.Key != owner).ToDictionary();
                return owners.Count == 0 && isIncomplete ? Change.Delete<Record>() : Change.Put(new Record(owners, Removing: owners.Count == 0));
            },
            ct);
        if (left is { Removing: true })
        {
            await RemoveAsync(contentHash, ct);
        }
    }

    /// <summary>
    /// Since when it is not known of all bytes who shares them, UTC: the catalog was lost, and is not rebuilt whole. Until it is, no bytes go. Null
    /// while all is known.
    /// </summary>
    public async Task<DateTimeOffset?> IncompleteSinceAsync(CancellationToken ct) => (await store.GetAsync<Incomplete>(IncompleteKey, ct))?.Since;

    /// <summary>Notes that owners may be unknown from now on, if that is not noted yet.</summary>
    public Task NoteIncompleteAsync(DateTimeOffset now, CancellationToken ct) =>
        store.UpdateAsync<Incomplete>(IncompleteKey, before => before is null ? Change.Put(new Incomplete(now)) : Change.Keep<Incomplete>(), ct);

    /// <summary>Notes that all owners are known again, and removes the bytes that have none.</summary>
    /// <returns>How many were removed.</returns>
    public async Task<int> CompleteAsync(CancellationToken ct)
    {
        await store.UpdateAsync<Incomplete>(IncompleteKey, before => before is null ? Change.Keep<Incomplete>() : Change.Delete<Incomplete>(), ct);
        var removed = 0;
        await foreach (var blob in blobs.ListAsync(BlobKeys.ImagesPrefix, ct))
        {
            var contentHash = blob.Key[(blob.Key.LastIndexOf('/') + 1)..];

            // Whoever is about to own them waits until they are gone, as at any other removal.
            var record = await store.UpdateAsync<Record>(
                Key(contentHash),
                before => before is null ? Change.Put(new Record(new Dictionary<string, int>(), Removing: true)) : Change.Keep<Record>(),
                ct);
            if (record is { Removing: true })
            {
                await RemoveAsync(contentHash, ct);
                removed++;
            }
        }

        return removed;
    }

    private async Task RemoveAsync(string contentHash, CancellationToken ct)
    {
        await blobs.DeleteAsync(BlobKeys.Image(contentHash), ct);
        await store.UpdateAsync<Record>(
            Key(contentHash), before => before is { Removing: true } ? Change.Delete<Record>() : Change.Keep<Record>(), ct);
    }

    /// <summary>Ends all ownerships of a collection's images, those of which the catalog does not know any more too.</summary>
    public async Task ReleaseAllAsync(string collection, CancellationToken ct)
    {
        var prefix = $"{collection}/";
        await foreach (var entry in store.ScanAllAsync(Table, ct: ct))
        {
            var record = StateJson.Read<Record>(Key(entry.Id), entry.Record);
            foreach (var owner in record.Owners.Keys.Where(owner => owner.StartsWith(prefix, StringComparison.Ordinal)))
            {
                await ReleaseAsync(entry.Id, collection, Guid.ParseExact(owner.AsSpan(prefix.Length), "N"), int.MaxValue, ct);
            }
        }
    }

    private static string Owner(string collection, Guid imageId) => $"{collection}/{imageId:N}";

    private static StateKey Key(string contentHash) => new(Table, contentHash);

    private sealed record Record(IReadOnlyDictionary<string, int> Owners, bool Removing);

    private sealed record Incomplete(DateTimeOffset Since);
}
