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
    private const char CnnNaming = 'c';
    private const char SiftNaming = 's';
    private const int RemovedAtOnce = 50;
    private const int MaxLost = 64;

    private static readonly HashSet<Guid> NobodyDoubtful = [];

    /// <summary>An image's neighbourhood, or null if none is known.</summary>
    public async Task<Neighbourhood?> GetAsync(string collection, Guid imageId, CancellationToken ct) =>
        Parse(imageId, await store.GetAsync(Key(collection, imageId), ct));

    /// <summary>Neighbourhoods of some images, null where none is known, in their order.</summary>
    public async Task<IReadOnlyList<Neighbourhood?>> GetManyAsync(string collection, IReadOnlyList<Guid> imageIds, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(imageIds);
        var records = await store.GetManyAsync([.. imageIds.Select(id => Key(collection, id))], ct);
        return [.. imageIds.Zip(records, Parse)];
    }

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
                Parse(id, records[i]),
                records[i]?.Version ?? 0,
                records[imageIds.Count + i]?.Version ?? 0)),
        ];
    }

    /// <summary>The images whose stored lists name an image, whether or not it has a neighbourhood itself.</summary>
    public async Task<Namers> NamersAsync(string collection, Guid imageId, CancellationToken ct)
    {
        var members = await store.GetSetAsync(NamersKey(collection, imageId), ct);
        return members.Count == 0 ? Namers.None : new Namers(In(CnnNaming), In(SiftNaming));

        Guid[] In(char space) => [.. members.Where(member => member[^1] == space).Select(member => Guid.ParseExact(member.AsSpan(..^1), "N"))];
    }

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
                transaction.Put(key, NeighbourhoodFormat.Serialize(after));
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

            Rename(collection, before.ImageId, CnnNaming, before.Value?.Cnn, after?.Cnn, transaction);
            Rename(collection, before.ImageId, SiftNaming, before.Value?.Sift, after?.Sift, transaction);
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

    /// <summary>Removes all neighbourhoods and marks of a collection.</summary>
    /// <exception cref="StateConflictException">Others kept changing them.</exception>
    public async Task RemoveAllAsync(string collection, CancellationToken ct)
    {
        for (var lost = 0; ;)
        {
            var page = await store.ScanAsync(TableOf(collection), null, RemovedAtOnce, ct);
            var marks = await store.ScanAsync(MarkTable(collection), null, RemovedAtOnce, ct);
            Guid[] images = [.. page.Records.Concat(marks.Records).Select(entry => Guid.ParseExact(entry.Id, "N")).Distinct()];
            if (images.Length == 0)
            {
                return;
            }

            var stored = await ReadAsync(collection, images, ct);
            var changes = stored.Select(before => new NeighbourhoodChange(before, After: null, NobodyDoubtful, KeepMark: false)).ToArray();
            if (!await TryReplaceAsync(collection, changes, ct) && ++lost == MaxLost)
            {
                throw new StateConflictException($"The neighbourhoods of '{collection}' were changed by others {MaxLost} times in a row.");
            }
        }
    }

    private static string TableOf(string collection) => $"neighbourhoods/{collection}";

    private static StateKey Key(string collection, Guid imageId) => new(TableOf(collection), imageId.ToString("N"));

    private static StateKey MarkKey(string collection, Guid imageId) => new(MarkTable(collection), imageId.ToString("N"));

    private static StateKey NamersKey(string collection, Guid imageId) => new($"namers/{collection}", imageId.ToString("N"));

    /// <summary>Notes which images a list names from now on, and which no longer.</summary>
    private static void Rename(
        string collection, Guid imageId, char space, SpaceNeighbourhood? before, SpaceNeighbourhood? after, StateTransaction transaction)
    {
        var (named, names) = (Named(before), Named(after));
        var member = imageId.ToString("N") + space;
        foreach (var other in names.Except(named))
        {
            transaction.AddToSet(NamersKey(collection, other), member);
        }

        foreach (var other in named.Except(names))
        {
            transaction.RemoveFromSet(NamersKey(collection, other), member);
        }

        static IEnumerable<Guid> Named(SpaceNeighbourhood? list) => (list?.Nearest ?? []).Select(near => near.ImageId);
    }

    private static Neighbourhood? Parse(Guid imageId, StateRecord? record) =>
        record is null ? null : NeighbourhoodFormat.Parse(imageId, record.Value.Span);

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
