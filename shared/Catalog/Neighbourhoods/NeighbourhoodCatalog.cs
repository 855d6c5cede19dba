using System.Runtime.CompilerServices;
using Pipeline.Storage;

namespace Pipeline.Catalog;

/// <summary>
/// The neighbourhoods of a collection's images, and marks on those that may be out of date. A mark is a record of its own, so
/// that it can be set without reading what it is about; whoever refreshes a neighbourhood takes the mark away only if nobody
/// set it again meanwhile.
/// </summary>
public sealed class NeighbourhoodCatalog(IStateStore store)
{
    /// <summary>An image's neighbourhood, or null if none is known.</summary>
    public Task<Neighbourhood?> GetAsync(string collection, Guid imageId, CancellationToken ct) =>
        store.GetAsync<Neighbourhood>(Key(collection, imageId), ct);

    /// <summary>Neighbourhoods as they stand, to be refreshed; one for each image, in their order.</summary>
    public async Task<IReadOnlyList<StoredNeighbourhood>> ReadAsync(string collection, IReadOnlyList<Guid> imageIds, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(imageIds);
        var records = await store.GetManyAsync(
            [.. imageIds.Select(id => Key(collection, id)), .. imageIds.Select(id => MarkKey(collection, id))], ct);
        return
        [
            .. imageIds.Select((id, i) => new StoredNeighbourhood(
                id,
                records[i] is { } record ? StateJson.Read<Neighbourhood>(Key(collection, id), record) : null,
                records[i]?.Version ?? 0,
                records[imageIds.Count + i]?.Version ?? 0)),
        ];
    }

    /// <summary>The images whose stored lists name an image, whether or not it has a neighbourhood itself.</summary>
    public async Task<IReadOnlyList<Guid>> NamersAsync(string collection, Guid imageId, CancellationToken ct) =>
        [.. (await store.GetSetAsync(NamersKey(collection, imageId), ct)).Select(member => Guid.ParseExact(member, "N"))];

    /// <summary>
    /// Replaces neighbourhoods and marks others that this makes doubtful, all or nothing. A neighbourhood's own mark goes with
    /// it, unless it is kept.
    /// </summary>
    /// <param name="collection">The collection.</param>
    /// <param name="changes">At most one for an image; refused as a whole if one of them, or its mark, changed since it was read.</param>
    /// <param name="ct">Cancels the call.</param>
    /// <returns>False if somebody was faster: read again.</returns>
    public Task<bool> TryReplaceAsync(string collection, IReadOnlyCollection<NeighbourhoodChange> changes, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(changes);
        var transaction = new StateTransaction();
        foreach (var (before, after, _, keepMark) in changes)
        {
            var (key, mark) = (Key(collection, before.ImageId), MarkKey(collection, before.ImageId));
            transaction.Expect(key, before.Version).Expect(mark, before.MarkVersion);
            if (after is not null)
            {
                transaction.Put(key, after);
            }
            else if (before.Version > 0)
            {
                transaction.Delete(key);
            }

            if (keepMark)
            {
                transaction.Put(mark, new Mark());
            }
            else if (before.MarkVersion > 0)
            {
                transaction.Delete(mark);
            }

            var (named, names) = (Named(before.Value), Named(after));
            foreach (var other in names.Except(named))
            {
                transaction.AddToSet(NamersKey(collection, other), before.ImageId.ToString("N"));
            }

            foreach (var other in named.Except(names))
            {
                transaction.RemoveFromSet(NamersKey(collection, other), before.ImageId.ToString("N"));
            }
        }

        // What is replaced together was made of one answer of the index, so its parts do not make each other doubtful.
        foreach (var other in changes.SelectMany(change => change.Doubtful).Except(changes.Select(change => change.Before.ImageId)))
        {
            transaction.Put(MarkKey(collection, other), new Mark());
        }

        return store.TryCommitAsync(transaction, ct);
    }

    /// <summary>The images of a collection that are marked, ascending.</summary>
    public async IAsyncEnumerable<Guid> MarkedAsync(string collection, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var entry in store.ScanAllAsync(MarkTable(collection), ct: ct))
        {
            yield return Guid.ParseExact(entry.Id, "N");
        }
    }

    private static StateKey Key(string collection, Guid imageId) => new($"neighbourhoods/{collection}", imageId.ToString("N"));

    private static StateKey MarkKey(string collection, Guid imageId) => new(MarkTable(collection), imageId.ToString("N"));

    private static StateKey NamersKey(string collection, Guid imageId) => new($"namers/{collection}", imageId.ToString("N"));

    private static HashSet<Guid> Named(Neighbourhood? neighbourhood) => neighbourhood is null
        ? []
        : [.. neighbourhood.Cnn.Nearest.Concat(neighbourhood.Sift.Nearest).Select(near => near.ImageId)];

    private static string MarkTable(string collection) => $"doubtful-neighbourhoods/{collection}";

    private sealed record Mark;
}

/// <summary>A neighbourhood as it was read.</summary>
/// <param name="ImageId">The image.</param>
/// <param name="Value">The neighbourhood; null if there is none.</param>
/// <param name="Version">Of the record; 0 without one.</param>
/// <param name="MarkVersion">Of the mark; 0 without one.</param>
public sealed record StoredNeighbourhood(Guid ImageId, Neighbourhood? Value, long Version, long MarkVersion);

/// <summary>A neighbourhood to be replaced.</summary>
/// <param name="Before">What was read.</param>
/// <param name="After">The new one; null removes it.</param>
/// <param name="Doubtful">Images to mark.</param>
/// <param name="KeepMark">Leaves the image itself marked, because something is still to be done for it.</param>
public sealed record NeighbourhoodChange(StoredNeighbourhood Before, Neighbourhood? After, IReadOnlySet<Guid> Doubtful, bool KeepMark);
