using Pipeline.Contracts;
using Pipeline.Storage;

namespace Pipeline.Catalog;

/// <content>
/// The ends of collections. What is remembered of those that are gone is one number and no name: the highest incarnation of an image, or number of
/// a generation, that any of them had.
/// </content>
public sealed partial class CollectionCatalog
{
    private const string EndsTable = "collection-ends";
    private static readonly StateKey LivesKey = new("collection-lives", "highest");

    /// <summary>Begins a deletion; one that was begun goes on. From then on the collection does not exist to anybody else.</summary>
    /// <param name="name">The collection.</param>
    /// <param name="id">Names the deletion.</param>
    /// <param name="images">Images that it has, for who is told of its end.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>The record, or null if there is no such collection.</returns>
    public async Task<CollectionRecord?> BeginDeletionAsync(string name, Guid id, long images, CancellationToken ct)
    {
        if (!CollectionName.IsValid(name))
        {
            return null;
        }

        var now = time.GetUtcNow();
        var record = await store.UpdateAsync<CollectionRecord>(
            Key(name),
            before => before is { Deletion: null } ? Change.Put(before with { Deletion = new CollectionDeletion(id, now, images) }) : Change.Keep<CollectionRecord>(),
            ct);
        Remember(name, record);
        return record;
    }

    /// <summary>Notes how far a deletion is.</summary>
    /// <returns>The deletion as it now stands, or null if it is not under way.</returns>
    public async Task<CollectionDeletion?> AdvanceDeletionAsync(
        string name, Guid id, Func<CollectionDeletion, CollectionDeletion> change, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(change);
        var record = await store.UpdateAsync<CollectionRecord>(
            Key(name),
            before => before is { Deletion: { } deletion } && deletion.Id == id && change(deletion) is var after && after != deletion
                ? Change.Put(before with { Deletion = after })
                : Change.Keep<CollectionRecord>(),
            ct);
        Remember(name, record);
        return record?.Deletion is { } current && current.Id == id ? current : null;
    }

    /// <summary>Removes the record of a collection of which nothing else is left; its name is free then.</summary>
    /// <returns>Whether this call removed it.</returns>
    public async Task<bool> RemoveAsync(string name, Guid deletion, CancellationToken ct)
    {
        if (await FindAsync(name, ct) is not { Deletion: { } begun } record || begun.Id != deletion)
        {
            return false;
        }

        // Before the name is free: whoever creates it anew begins above.
        await RaiseLivesAsync(HighestOf(record), ct);
        var removed = false;
        await store.UpdateAsync<CollectionRecord>(
            Key(name),
            before =>
            {
                removed = before?.Deletion?.Id == deletion;
                return removed
                    ? Change.Delete<CollectionRecord>(also => also.Put(EndKey(deletion), new CollectionEnd(name, begun.Images, deletion)))
                    : Change.Keep<CollectionRecord>();
            },
            ct);
        Remember(name, null);
        return removed;
    }

    /// <summary>What the next collection must begin above, by what is known of this one by now.</summary>
    public static int HighestOf(CollectionRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        int[] used = [record.Life, record.FirstIncarnation, record.Deletion?.HighestIncarnation ?? 0, record.LastGeneration, record.Active?.Number ?? 0];
        return used.Max();
    }

    /// <summary>Collections that are gone, and of which that is still to be told.</summary>
    public async Task<IReadOnlyList<CollectionEnd>> ListEndsAsync(CancellationToken ct)
    {
        var ends = new List<CollectionEnd>();
        await foreach (var entry in store.ScanAllAsync(EndsTable, ct: ct))
        {
            ends.Add(StateJson.Read<CollectionEnd>(new StateKey(EndsTable, entry.Id), entry.Record));
        }

        return ends;
    }

    /// <summary>Notes that the end of a collection was told.</summary>
    public Task ForgetEndAsync(Guid deletion, CancellationToken ct) =>
        store.UpdateAsync<CollectionEnd>(EndKey(deletion), before => before is null ? Change.Keep<CollectionEnd>() : Change.Delete<CollectionEnd>(), ct);

    private static StateKey EndKey(Guid deletion) => new(EndsTable, deletion.ToString("N"));

    /// <summary>The highest incarnation of any image of a collection that is gone; 0 if none was.</summary>
    public async Task<int> HighestLifeAsync(CancellationToken ct) => (await store.GetAsync<LivesRecord>(LivesKey, ct))?.Highest ?? 0;

    /// <summary>Notes that collections with incarnations up to this one are gone, or may be.</summary>
    public Task RaiseLivesAsync(int highest, CancellationToken ct) =>
        store.UpdateAsync<LivesRecord>(LivesKey, before => before?.Highest >= highest ? Change.Keep<LivesRecord>() : Change.Put(new LivesRecord(highest)), ct);

    /// <summary>Puts back the record of a collection that the catalog has lost.</summary>
    /// <returns>The record as it now stands: that of a collection that is there stays as it is.</returns>
    public async Task<CollectionRecord> RestoreAsync(CollectionRecord record, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(record);
        var restored = await store.UpdateAsync<CollectionRecord>(
            Key(record.Name), before => before is null ? Change.Put(record) : Change.Keep<CollectionRecord>(), ct);
        Remember(record.Name, restored);
        return restored!;
    }

    private sealed record LivesRecord(int Highest);
}

/// <summary>A collection that is gone.</summary>
/// <param name="Collection">Its name.</param>
/// <param name="Images">Images that it had.</param>
/// <param name="Deletion">The deletion's id.</param>
public sealed record CollectionEnd(string Collection, long Images, Guid Deletion);
