using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Storage;

namespace Pipeline.Catalog;

/// <summary>
/// The manifests of collections: what must be known to put one back that the catalog has lost. Like those of images they follow the records,
/// but a moment later where others than the collection's owner change them: whoever looks after a collection calls <see cref="KeepAsync"/>.
/// </summary>
public sealed class CollectionManifests(IStateStore store, IBlobStore blobs, CollectionCatalog collections, BlobReferences references, TimeProvider time)
{
    /// <summary>
    /// Added to the highest incarnation that is found: the catalog that was lost may have known of images that had been deleted more often.
    /// </summary>
    private const int Forgotten = 1_000_000;

    /// <summary>What belongs to a collection beside its record, under its name.</summary>
    private static readonly string[] Tables = ["vocabularies", "encoders", "model-updates", "generations"];

    /// <summary>Tells by two equal answers that nothing changed in between of what a collection's manifest says.</summary>
    public async Task<string> FingerprintAsync(string collection, CancellationToken ct)
    {
        StateKey[] keys = [CollectionCatalog.Key(collection), .. Tables.Select(table => new StateKey(table, collection))];
        return string.Join(' ', (await store.GetManyAsync(keys, ct)).Select(record => record?.Version ?? 0));
    }

    /// <summary>Makes a collection's manifest what its records say; that of one that is gone goes.</summary>
    /// <returns>Whether something was written or removed.</returns>
    public async Task<bool> KeepAsync(string collection, CancellationToken ct)
    {
        var key = BlobKeys.CollectionManifest(collection);
        var stored = await blobs.TryReadAsync(key, ct);
        for (var changed = false; ; changed = true)
        {
            var wanted = await collections.FindAsync(collection, ct) is { Deletion: null } record ? await SerializeAsync(record, ct) : null;
            if (wanted is null ? stored is null : stored.AsSpan().SequenceEqual(wanted))
            {
                return changed;
            }

            stored = wanted;
            if (wanted is null)
            {
                await blobs.DeleteAsync(key, ct);
            }
            else
            {
                await blobs.PutAsync(key, wanted, ct);
            }
        }
    }

    /// <summary>Whether there is a manifest of such a collection.</summary>
    public Task<bool> ExistsAsync(string collection, CancellationToken ct) =>
        CollectionName.IsValid(collection) ? blobs.ExistsAsync(BlobKeys.CollectionManifest(collection), ct) : Task.FromResult(false);

    /// <summary>Puts a collection's record back from its manifest, and what belongs to it, where they are lost.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>The record as it now stands, even of a collection that is being deleted; null if there is neither record nor manifest.</returns>
    /// <exception cref="JsonException">The manifest is damaged.</exception>
    public async Task<CollectionRecord?> RestoreAsync(string collection, CancellationToken ct)
    {
        await RestoreLivesAsync(ct);
        if (await collections.FindAsync(collection, ct) is { } there)
        {
            return there;
        }

        if (await blobs.TryReadAsync(BlobKeys.CollectionManifest(collection), ct) is not { } stored)
        {
            return null;
        }

        var manifest = JsonSerializer.Deserialize<Manifest>(stored, StateJson.Options) ?? throw new JsonException("The manifest is null.");
        foreach (var (table, content) in manifest.Records)
        {
            await store.UpdateAsync<JsonDocument>(
                new StateKey(table, collection), before => before is null ? Change.Put(content) : Change.Keep<JsonDocument>(), ct);
        }

        var first = Math.Max(CollectionCatalog.HighestOf(manifest.Collection), await HighestIncarnationAsync(collection, ct));

        // Before anything of it can be deleted: others may share its bytes, and are not back yet.
        await references.NoteIncompleteAsync(time.GetUtcNow(), ct);
        return await collections.RestoreAsync(manifest.Collection with { FirstIncarnation = checked(first + Forgotten) }, ct);
    }

    /// <summary>Keeps what the catalog remembers of collections that are gone. Call before the name of one is free.</summary>
    /// <param name="highest">What is about to be remembered.</param>
    /// <param name="ct">Cancels.</param>
    public async Task KeepLivesAsync(int highest, CancellationToken ct)
    {
        if (highest > await ReadLivesAsync(ct))
        {
            await blobs.PutAsync(BlobKeys.Lives, JsonSerializer.SerializeToUtf8Bytes(highest), ct);
        }
    }

    private async Task<int> HighestIncarnationAsync(string collection, CancellationToken ct)
    {
        var highest = 0;
        await foreach (var blob in blobs.ListAsync(BlobKeys.ManifestsPrefix(collection), ct))
        {
            highest = Math.Max(highest, BlobKeys.ParseManifest(blob.Key)?.Incarnation ?? 0);
        }

        return highest;
    }

    private async Task RestoreLivesAsync(CancellationToken ct)
    {
        if (await ReadLivesAsync(ct) is var highest && highest > await collections.HighestLifeAsync(ct))
        {
            await collections.RaiseLivesAsync(highest, ct);
        }
    }

    private async Task<int> ReadLivesAsync(CancellationToken ct) =>
        await blobs.TryReadAsync(BlobKeys.Lives, ct) is { } stored ? JsonSerializer.Deserialize<int>(stored) : 0;

    private async Task<byte[]> SerializeAsync(CollectionRecord record, CancellationToken ct)
    {
        var keys = Array.ConvertAll(Tables, table => new StateKey(table, record.Name));
        var stored = await store.GetManyAsync(keys, ct);
        var records = new SortedDictionary<string, JsonDocument>(StringComparer.Ordinal);
        for (var i = 0; i < keys.Length; i++)
        {
            if (stored[i] is { } known)
            {
                records[keys[i].Table] = JsonDocument.Parse(known.Value);
            }
        }

        return JsonSerializer.SerializeToUtf8Bytes(new Manifest(record, records), StateJson.Options);
    }

    /// <param name="Collection">The collection's record.</param>
    /// <param name="Records">What belongs to it, by table.</param>
    private sealed record Manifest(CollectionRecord Collection, SortedDictionary<string, JsonDocument> Records);
}
