using System.Runtime.CompilerServices;
using Pipeline.Storage;

namespace Pipeline.Catalog;

/// <summary>How far the latest rebuild of each collection is.</summary>
public sealed class CollectionRebuilds(IStateStore store, TimeProvider time)
{
    private const string Table = "rebuilds";

    /// <summary>Parts that a rebuild has: images by the first two hexadecimal digits of their ids.</summary>
    public const int Shards = 256;

    /// <summary>The latest rebuild, or null.</summary>
    public Task<CollectionRebuild?> GetAsync(string collection, CancellationToken ct) => store.GetAsync<CollectionRebuild>(Key(collection), ct);

    /// <summary>Notes that a rebuild is asked for, in place of any that was before.</summary>
    public Task RequestAsync(string collection, Guid id, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return store.UpdateAsync<CollectionRebuild>(
            Key(collection),
            before => before?.Id == id
                ? Change.Keep<CollectionRebuild>()
                : Change.Put(new CollectionRebuild { Id = id, IsBegun = false, BegunAt = now, AdvancedAt = now }),
            ct);
    }

    /// <summary>All rebuilds that are not finished, by collection.</summary>
    public async IAsyncEnumerable<(string Collection, CollectionRebuild Rebuild)> ListOpenAsync([EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var entry in store.ScanAllAsync(Table, ct: ct))
        {
            if (StateJson.Read<CollectionRebuild>(Key(entry.Id), entry.Record) is { Finished: false } rebuild)
            {
                yield return (entry.Id, rebuild);
            }
        }
    }

    /// <summary>Begins a rebuild, in place of any that was begun before; one that was begun by this id goes on.</summary>
    public async Task<CollectionRebuild> BeginAsync(string collection, Guid id, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return (await store.UpdateAsync<CollectionRebuild>(
            Key(collection),
            before => before is { IsBegun: true } && before.Id == id
                ? Change.Keep<CollectionRebuild>()
                : Change.Put(new CollectionRebuild { Id = id, BegunAt = now, AdvancedAt = now }),
            ct))!;
    }

    /// <summary>Notes that a part is done.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="begun">The rebuild as it was when the part was begun.</param>
    /// <param name="found">What the part came to.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>The rebuild as it now stands; another one if that took its place.</returns>
    public async Task<CollectionRebuild?> AdvanceAsync(string collection, CollectionRebuild begun, RebuildFound found, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(begun);
        ArgumentNullException.ThrowIfNull(found);
        var now = time.GetUtcNow();
        return await store.UpdateAsync<CollectionRebuild>(
            Key(collection),
            before => before is null || before.Id != begun.Id || before.Shard != begun.Shard
                ? Change.Keep<CollectionRebuild>()
                : Change.Put(before with { Shard = before.Shard + 1, Found = before.Found + found, AdvancedAt = now }),
            ct);
    }

    private static StateKey Key(string collection) => new(Table, collection);
}

/// <summary>A rebuild of a collection.</summary>
public sealed record CollectionRebuild
{
    /// <summary>The command's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Whether somebody began with it.</summary>
    public bool IsBegun { get; init; } = true;

    /// <summary>The next part.</summary>
    public int Shard { get; init; }

    /// <summary>What the parts came to that are done.</summary>
    public RebuildFound Found { get; init; } = new(0, 0, 0, 0);

    /// <summary>When it began, UTC.</summary>
    public DateTimeOffset BegunAt { get; init; }

    /// <summary>When its latest part was done, UTC.</summary>
    public DateTimeOffset AdvancedAt { get; init; }

    /// <summary>Whether all parts are done.</summary>
    public bool Finished => Shard >= CollectionRebuilds.Shards;
}

/// <summary>What a part of a rebuild came to.</summary>
/// <param name="Images">Images of which there is a manifest.</param>
/// <param name="Restored">Those of them that the catalog had lost.</param>
/// <param name="Reindexed">Those of them that the catalog knew as indexed and the index had lost.</param>
/// <param name="Damaged">Manifests that cannot be read.</param>
public sealed record RebuildFound(long Images, long Restored, long Reindexed, long Damaged)
{
    /// <summary>Both together.</summary>
    public static RebuildFound operator +(RebuildFound a, RebuildFound b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        return new(a.Images + b.Images, a.Restored + b.Restored, a.Reindexed + b.Reindexed, a.Damaged + b.Damaged);
    }

    /// <summary>Both together.</summary>
    public static RebuildFound Add(RebuildFound a, RebuildFound b) => a + b;
}
