using Pipeline.Storage;

namespace Pipeline.Catalog;

/// <summary>The last repair of each collection's neighbour lists, under way or finished.</summary>
public sealed class NeighbourRepairs(IStateStore store, TimeProvider time)
{
    /// <summary>After so long without a step a repair counts as broken off, and another command goes on with it.</summary>
    public static readonly TimeSpan Hold = TimeSpan.FromMinutes(30);

    /// <summary>The collection's last repair, or null.</summary>
    public Task<NeighbourRepair?> GetAsync(string collection, CancellationToken ct) => store.GetAsync<NeighbourRepair>(Key(collection), ct);

    /// <summary>Begins a repair, or goes on with one.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="id">The command's id.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>The repair where it stands, or null if this one is finished or another is under way.</returns>
    public async Task<NeighbourRepair?> BeginAsync(string collection, Guid id, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var repair = await store.UpdateAsync<NeighbourRepair>(
            Key(collection),
            before => before switch
            {
                null => Change.Put(new NeighbourRepair { Id = id, AdvancedAt = now }),
                _ when before.Id == id => Change.Keep<NeighbourRepair>(),
                { Finished: true } => Change.Put(new NeighbourRepair { Id = id, AdvancedAt = now }),
                _ when now - before.AdvancedAt >= Hold => Change.Put(before with { Id = id, AdvancedAt = now }),
                _ => Change.Keep<NeighbourRepair>(),
            },
            ct);
        return repair is { Finished: false } && repair.Id == id ? repair : null;
    }

    /// <summary>Notes a turn. What was mended counts in any case; the turn only if nobody else made it meanwhile.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="begun">The repair as the turn found it.</param>
    /// <param name="cursor">Where the next turn begins; null if there is none.</param>
    /// <param name="lists">Lists compared.</param>
    /// <param name="mended">Lists that were not exact.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>The repair as it stands now.</returns>
    public async Task<NeighbourRepair> AdvanceAsync(
        string collection, NeighbourRepair begun, string? cursor, int lists, int mended, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(begun);
        var now = time.GetUtcNow();
        return (await store.UpdateAsync<NeighbourRepair>(
            Key(collection),
            before => before is null || before.Id != begun.Id
                ? Change.Keep<NeighbourRepair>()
                : Change.Put(before.Cursor == begun.Cursor && !before.Finished
                    ? before with
                    {
                        Cursor = cursor, Finished = cursor is null, Lists = before.Lists + lists, Mended = before.Mended + mended, AdvancedAt = now,
                    }
                    : before with { Mended = before.Mended + mended }),
            ct))!;
    }

    private static StateKey Key(string collection) => new("neighbour-repairs", collection);
}
