using Pipeline.Contracts;
using Pipeline.Storage;

namespace Pipeline.Catalog;

/// <content>
/// Changes of a collection's generation. Each is one compare-and-set of the collection's record, together with what the log of generations
/// says of it.
/// </content>
public sealed partial class CollectionCatalog
{
    /// <summary>Changes that are remembered, so that one that is told again is known.</summary>
    private const int MaxModelChanges = 32;

    private const int MaxAttempts = 16;
    private const string LogTable = "generations";
    private const string ProgressTable = "generation-progress";

    /// <summary>The collection's generations, as far back as they are remembered.</summary>
    public async Task<GenerationLog> GetGenerationsAsync(string name, CancellationToken ct) =>
        await store.GetAsync<GenerationLog>(new StateKey(LogTable, name), ct) ?? new GenerationLog();

    /// <summary>How far a collection's next generation was when it was last looked at; null if there never was one.</summary>
    public Task<GenerationProgress?> GetProgressAsync(string name, CancellationToken ct) =>
        store.GetAsync<GenerationProgress>(new StateKey(ProgressTable, name), ct);

    /// <summary>Notes how far a collection's next generation is, unless a later one is being filled by now.</summary>
    public Task SetProgressAsync(string name, GenerationProgress progress, CancellationToken ct) =>
        store.UpdateAsync<GenerationProgress>(
            new StateKey(ProgressTable, name),
            before => before == progress || before?.Generation > progress.Generation ? Change.Keep<GenerationProgress>() : Change.Put(progress),
            ct);

    /// <summary>
    /// Notes a change of the generation, and which one is to take the serving one's place by it. One that was to do so before is given up.
    /// </summary>
    /// <param name="name">The collection.</param>
    /// <param name="expected">The record as it was seen.</param>
    /// <param name="change">The change.</param>
    /// <param name="next">The generation, without a vocabulary unless it is to have one of its own; null for none.</param>
    /// <param name="reason">Why, for people.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>False if another change was faster; nothing changed.</returns>
    public Task<bool> TryBeginAsync(string name, CollectionRecord expected, ModelChange change, Generation? next, string? reason, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return TryChangeAsync(
            name,
            before => before.Active is { } active && IsAt(before, expected)
                ? WithoutUsed(before with
                {
                    // The vocabulary may have changed since the next generation was thought of, unless it has one of its own.
                    Active = active with { Next = next is null ? null : next with { VocabularyVersion = next.VocabularyVersion ?? active.VocabularyVersion } },
                    LastGeneration = Math.Max(Math.Max(before.LastGeneration, active.Number), next?.Number ?? 0),
                    ModelChanges = WithChange(before, change),
                    RetiredModels = [.. before.RetiredModels, .. active.Next is { } givenUp ? [givenUp.ModelVersion] : Array.Empty<string>()],
                })
                : null,
            (log, before, after) =>
            {
                log = log.With(after.Active!, before.CreatedAt, entry => entry);
                if (before.Active!.Next is { } givenUp && givenUp.Number != next?.Number)
                {
                    log = log.With(givenUp, now, entry => entry with { State = GenerationStates.Cancelled, RetiredAt = now, Detail = reason });
                }

                return after.Active!.Next is { } begun
                    ? log.With(begun, now, _ => GenerationEntry.Of(begun, GenerationStates.Filling, now) with { Reason = reason, Change = change.Id })
                    : log;
            },
            ct);
    }

    /// <summary>Gives the next generation up; the one that serves goes on serving.</summary>
    /// <param name="name">The collection.</param>
    /// <param name="expected">The record as it was seen, with a next generation.</param>
    /// <param name="change">The command that says so; null for none.</param>
    /// <param name="end">The generation's entry as it is to be: state, why, and what was found.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>False if another change was faster; nothing changed.</returns>
    public Task<bool> TryGiveUpNextAsync(
        string name, CollectionRecord expected, ModelChange? change, Func<GenerationEntry, GenerationEntry> end, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return TryChangeAsync(
            name,
            before => before.Active is { Next: { } next } active && IsAt(before, expected)
                ? WithoutUsed(before with
                {
                    Active = active with { Next = null },
                    ModelChanges = change is null ? before.ModelChanges : WithChange(before, change),
                    RetiredModels = [.. before.RetiredModels, next.ModelVersion],
                })
                : null,
            (log, before, _) => log.With(before.Active!.Next!, now, entry => end(entry) with { RetiredAt = now }),
            ct);
    }

    /// <summary>Notes that a command began nothing.</summary>
    public Task NoteRefusedAsync(string name, Guid change, CancellationToken ct) =>
        TryChangeRecordAsync(
            name,
            before => before.Knows(change) ? before : before with { RefusedChanges = [.. before.RefusedChanges.TakeLast(MaxModelChanges - 1), change] },
            ct);

    /// <summary>Notes a change of the model that embeds pictures that ask; what is indexed stays as it is.</summary>
    /// <param name="name">The collection.</param>
    /// <param name="expected">The record as it was seen, without a next generation.</param>
    /// <param name="change">The change.</param>
    /// <param name="queryModel">The head; null for the model of what is indexed.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>False if another change was faster; nothing changed.</returns>
    public Task<bool> TryChangeQueryModelAsync(string name, CollectionRecord expected, ModelChange change, string? queryModel, CancellationToken ct) =>
        TryChangeRecordAsync(
            name,
            before => before.Active is { Next: null } active && IsAt(before, expected)
                ? before with { Active = active with { QueryModelVersion = queryModel }, ModelChanges = WithChange(before, change) }
                : null,
            ct);

    /// <summary>
    /// Lets the next generation serve, and keeps the one that served. It goes on with the encoder that that one was changing to, or changed to
    /// meanwhile, as its next encoder.
    /// </summary>
    /// <param name="name">The collection.</param>
    /// <param name="expected">The record as it was seen, with a next generation.</param>
    /// <param name="figures">What was found of it.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>False if another change was faster; nothing changed.</returns>
    public Task<bool> TryServeNextAsync(string name, CollectionRecord expected, GenerationFigures? figures, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return TryChangeAsync(
            name,
            before => before.Active is { Next: { } next } active && IsAt(before, expected)
                ? Switched(before, active, next with { NextEncoder = EncoderAfter(active, next) }, now)
                : null,
            (log, before, after) => SwitchedLog(log, before, after, GenerationStates.Kept, now)
                .With(after.Active!, now, entry => entry with { State = GenerationStates.Serving, SwitchedAt = now, Verification = figures }),
            ct);
    }

    /// <summary>Lets the generation that is kept serve again, and keeps the one that served. A next one is given up.</summary>
    /// <param name="name">The collection.</param>
    /// <param name="expected">The record as it was seen, with a generation that is kept.</param>
    /// <param name="change">The command that says so.</param>
    /// <param name="reason">Why, for people.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>False if another change was faster; nothing changed.</returns>
    public Task<bool> TryRollBackAsync(string name, CollectionRecord expected, ModelChange change, string? reason, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(expected);
        var now = time.GetUtcNow();
        return TryChangeAsync(
            name,
            before => before.Active is { Kept: { } kept } active && kept.Number == expected.Active?.Kept?.Number && IsAt(before, expected)
                ? Switched(before, active, kept, now) with { ModelChanges = WithChange(before, change) }
                : null,
            (log, before, after) => SwitchedLog(
                    before.Active!.Next is { } next
                        ? log.With(next, now, entry => entry with { State = GenerationStates.Cancelled, Detail = reason, RetiredAt = now })
                        : log,
                    before,
                    after,
                    GenerationStates.RolledBack,
                    now)
                .With(before.Active!, now, entry => entry with { Detail = reason })
                .With(after.Active!, now, entry => entry with { State = GenerationStates.Serving, SwitchedAt = now }),
            ct);
    }

    /// <summary>Gives the generation up that is kept: its time is over.</summary>
    /// <param name="name">The collection.</param>
    /// <param name="expected">The record as it was seen, with a generation that is kept.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>False if another change was faster; nothing changed.</returns>
    public Task<bool> TryRetireKeptAsync(string name, CollectionRecord expected, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(expected);
        var now = time.GetUtcNow();
        return TryChangeAsync(
            name,
            before => before.Active is { Kept: { } kept } active && kept.Number == expected.Active?.Kept?.Number && IsAt(before, expected)
                ? WithoutUsed(before with { Active = active with { Kept = null }, RetiredAt = now, RetiredModels = [.. before.RetiredModels, kept.ModelVersion] })
                : null,
            (log, before, _) => Retired(log, before.Active!.Kept!, now),
            ct);
    }

    /// <summary>Notes that all images were announced with the model that serves, and that nothing is left of the retired ones.</summary>
    /// <param name="name">The collection.</param>
    /// <param name="expected">The record as it was when that began.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>False if the generation was changed meanwhile; nothing changed.</returns>
    public Task<bool> TryNoteAnnouncedAsync(string name, CollectionRecord expected, CancellationToken ct) =>
        TryChangeRecordAsync(
            name,
            before => IsAt(before, expected) && before.RetiredModels.SequenceEqual(expected.RetiredModels)
                ? before with { IsUnannounced = false, RetiredModels = [] }
                : null,
            ct);

    private static CollectionRecord Switched(CollectionRecord before, Generation active, Generation serving, DateTimeOffset now)
    {
        var kept = active with { Next = null, Kept = null, NextEncoder = null, QueryModelVersion = null, EncoderReplaced = null };
        var retired = active.Kept is { } old && old.Number != serving.Number ? old : null;
        return WithoutUsed(before with
        {
            Active = serving with { Next = null, Kept = kept, EncoderReplaced = null },
            Previous = serving.ModelVersion == active.ModelVersion ? before.Previous : kept,
            SwitchedAt = now,
            RetiredAt = retired is null ? before.RetiredAt : now,
            IsUnannounced = before.IsUnannounced || !serving.SharesVectors(active) || serving.NextEncoder is not null,
            RetiredModels = [.. before.RetiredModels, .. new[] { retired, active.Next }.OfType<Generation>().Select(gone => gone.ModelVersion)],
        });
    }

    private static GenerationLog SwitchedLog(GenerationLog log, CollectionRecord before, CollectionRecord after, string state, DateTimeOffset now)
    {
        log = log.With(before.Active!, before.CreatedAt, entry => entry with { State = state });
        return before.Active!.Kept is { } old && old.Number != after.Active!.Number ? Retired(log, old, now) : log;
    }

    /// <summary>One that was rolled back is called so for ever.</summary>
    private static GenerationLog Retired(GenerationLog log, Generation generation, DateTimeOffset now) =>
        log.With(generation, now, entry => entry with { State = entry.State == GenerationStates.RolledBack ? entry.State : GenerationStates.Retired, RetiredAt = now });

    private static ModelChange[] WithChange(CollectionRecord record, ModelChange change) => [.. record.ModelChanges.TakeLast(MaxModelChanges - 1), change];

    private static bool IsAt(CollectionRecord record, CollectionRecord expected) =>
        record.Active?.Number == expected.Active?.Number
        && record.Active?.Next?.Number == expected.Active?.Next?.Number
        && record.LatestModelChange?.Id == expected.LatestModelChange?.Id;

    private static EncoderChoice? EncoderAfter(Generation active, Generation next)
    {
        var wanted = active.NextEncoder ?? new EncoderChoice(active.EncoderVersion, active.Bits);
        return wanted.Version == next.EncoderVersion || wanted.Version == next.EncoderReplaced ? null : wanted;
    }

    /// <summary>What serves, is about to, or is kept to do so again, and the backbone are not retired.</summary>
    private static CollectionRecord WithoutUsed(CollectionRecord record)
    {
        var used = record.Active is { } active ? active.Written().Select(generation => generation.ModelVersion).Append(active.Backbone) : [];
        return record with { RetiredModels = [.. record.RetiredModels.Distinct().Except(used)] };
    }

    /// <summary>Changes a collection's record and its log of generations by one compare-and-set.</summary>
    /// <returns>False if there is none, or <paramref name="change"/> answered null.</returns>
    private async Task<bool> TryChangeAsync(
        string name,
        Func<CollectionRecord, CollectionRecord?> change,
        Func<GenerationLog, CollectionRecord, CollectionRecord, GenerationLog> note,
        CancellationToken ct)
    {
        StateKey[] keys = [new(Table, name), new(LogTable, name)];
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var stored = CollectionName.IsValid(name) ? await store.GetManyAsync(keys, ct) : [null, null];
            var before = stored[0] is { } record ? StateJson.Read<CollectionRecord>(keys[0], record) : null;
            if (before is null or { Deletion: not null } || change(before) is not { } after)
            {
                Remember(name, before);
                return false;
            }

            var log = stored[1] is { } known ? StateJson.Read<GenerationLog>(keys[1], known) : new GenerationLog();
            var transaction = new StateTransaction()
                .Expect(keys[0], stored[0]!.Version)
                .Expect(keys[1], stored[1]?.Version ?? 0)
                .Put(keys[0], after)
                .Put(keys[1], note(log, before, after));
            if (await store.TryCommitAsync(transaction, ct))
            {
                Remember(name, after);
                return true;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * attempt), ct);
        }

        throw new StateConflictException($"The generations of the collection '{name}' were changed by others {MaxAttempts} times in a row.");
    }
}
