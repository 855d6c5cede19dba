using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Queries;
using Pipeline.Messaging;
using Pipeline.VectorIndex;

namespace Pipeline.Indexing.Reindexing;

/// <summary>
/// Begins, gives up and rolls back generations, as commands say. Each is one compare-and-set while nobody writes, so that every image is
/// written either before, and seen by the walk that follows, or after, and written to all generations.
/// </summary>
public sealed class GenerationChange(
    CollectionCatalog collections, GenerationVersions versions, IVectorIndex index, IndexWrites writes, ReindexReports reports)
{
    /// <summary>Begins to fill a next generation, unless one is being filled already.</summary>
    /// <exception cref="InvalidOperationException">Another change was faster; trying again helps.</exception>
    public async Task BeginAsync(ReindexCollection command, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (await FindAsync(command.Collection, command.CorrelationId, ct) is not { Active: { } active } record)
        {
            return;
        }

        try
        {
            if (active.Next is { } other)
            {
                throw new PermanentException(RefusalReasons.ReindexUnderWay, $"Generation {other.Number} is being filled; a re-index can begin after that.");
            }

            var wanted = await versions.ResolveAsync(command, active, ct);
            var next = wanted with { Number = Math.Max(record.LastGeneration, active.Number) + 1 };
            var reason = command.Reason ?? "re-index";
            using (await writes.ForAllAsync(ct))
            {
                Require(command.Collection, await collections.TryBeginAsync(
                    command.Collection, record, new ModelChange(command.CorrelationId, next.ModelVersion, PublishedAt: null), next, reason, ct));
            }

            await reports.StateAsync(command.Collection, next.Number, GenerationStates.Filling, reason, command.CorrelationId, ct);
        }
        catch (PermanentException refusal)
        {
            await RefuseAsync(record, command.CorrelationId, refusal, ct);
        }
    }

    /// <summary>Gives the next generation up.</summary>
    /// <exception cref="InvalidOperationException">Another change was faster; trying again helps.</exception>
    public async Task CancelAsync(CancelReindex command, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (await FindAsync(command.Collection, command.CorrelationId, ct) is not { Active: { } active } record)
        {
            return;
        }

        if (active.Next is not { } next || (command.Generation ?? next.Number) != next.Number)
        {
            await RefuseAsync(record, command.CorrelationId, new PermanentException(RefusalReasons.NoReindex, "No such generation is being filled."), ct);
            return;
        }

        var reason = command.Reason ?? "cancelled";
        using (await writes.ForAllAsync(ct))
        {
            Require(command.Collection, await collections.TryGiveUpNextAsync(
                command.Collection,
                record,
                new ModelChange(command.CorrelationId, active.ModelVersion, PublishedAt: null),
                entry => entry with { State = GenerationStates.Cancelled, Detail = reason },
                ct));
        }

        await reports.StateAsync(command.Collection, next.Number, GenerationStates.Cancelled, reason, command.CorrelationId, ct);
    }

    /// <summary>Lets the generation that is kept serve again.</summary>
    /// <exception cref="InvalidOperationException">Another change was faster; trying again helps.</exception>
    public async Task RollBackAsync(RollbackCollection command, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (await FindAsync(command.Collection, command.CorrelationId, ct) is not { Active: { } active } record)
        {
            return;
        }

        try
        {
            if ((command.Generation ?? active.Number) != active.Number)
            {
                throw new PermanentException(RefusalReasons.NoPreviousGeneration, $"Generation {command.Generation} does not serve; {active.Number} does.");
            }

            if (!await TryRollBackAsync(record, command.CorrelationId, command.Reason ?? "rolled back", ct))
            {
                throw new PermanentException(RefusalReasons.NoPreviousGeneration, "No generation is kept to go back to.");
            }
        }
        catch (PermanentException refusal)
        {
            await RefuseAsync(record, command.CorrelationId, refusal, ct);
        }
    }

    /// <summary>Lets the generation that is kept serve again. A next one is given up: it was to take the place of one that does not serve any more.</summary>
    /// <returns>False if none is kept.</returns>
    /// <exception cref="PermanentException">The index that was kept lacks points: it was damaged.</exception>
    /// <exception cref="InvalidOperationException">Another change was faster; trying again helps.</exception>
    public async Task<bool> TryRollBackAsync(CollectionRecord record, Guid change, string reason, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (record.Active is not { Kept: { } kept } active)
        {
            return false;
        }

        var collection = record.Name;
        using (await writes.ForAllAsync(ct))
        {
            // Whatever is written is written to both, in the same turn: nobody writes now, so they must be equal.
            var (there, served) = (await index.CountAsync(kept.IndexName(collection), ct: ct), await index.CountAsync(active.IndexName(collection), ct: ct));
            if (there < served)
            {
                throw new PermanentException(
                    RefusalReasons.NoPreviousGeneration, $"The index of generation {kept.Number} has {there} images, not {served}; re-index with its versions instead.");
            }

            Require(collection, await collections.TryRollBackAsync(
                collection, record, new ModelChange(change, kept.ModelVersion, PublishedAt: null), reason, ct));
        }

        if (active.Next is { } next)
        {
            await reports.StateAsync(collection, next.Number, GenerationStates.Cancelled, reason, change, ct);
        }

        await reports.StateAsync(collection, active.Number, GenerationStates.RolledBack, reason, change, ct);
        await reports.StateAsync(collection, kept.Number, GenerationStates.Serving, reason, change, ct);
        return true;
    }

    /// <summary>The collection, unless it has no generation, or knows the command.</summary>
    private async Task<CollectionRecord?> FindAsync(string collection, Guid change, CancellationToken ct)
    {
        if (await collections.GetCurrentAsync(collection, ct) is not { Active: not null } record)
        {
            await reports.StateAsync(collection, 0, GenerationStates.Refused, "There is no such collection, or nothing is indexed in it.", change, ct);
            return null;
        }

        return record.Knows(change) ? null : record;
    }

    /// <summary>What was refused once stays so: told again, it begins nothing.</summary>
    private async Task RefuseAsync(CollectionRecord record, Guid change, PermanentException refusal, CancellationToken ct)
    {
        await collections.NoteRefusedAsync(record.Name, change, ct);
        await reports.StateAsync(
            record.Name, record.Active?.Next?.Number ?? 0, GenerationStates.Refused, $"{refusal.Reason}: {refusal.Message}", change, ct);
    }

    private static void Require(string collection, bool done)
    {
        if (!done)
        {
            throw new InvalidOperationException($"The generation of the collection '{collection}' was changed by somebody else meanwhile.");
        }
    }
}
