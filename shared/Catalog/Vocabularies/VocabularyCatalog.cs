using Pipeline.Contracts.Commands;
using Pipeline.Storage;

namespace Pipeline.Catalog;

/// <summary>
/// The trainings of vocabularies: one at a time in a collection, each done once however often its command is delivered, and a
/// training whose process died is begun again. Which vocabulary serves is said by <see cref="Generation.VocabularyVersion"/>.
/// </summary>
public sealed class VocabularyCatalog(IStateStore store, TimeProvider time)
{
    /// <summary>Kind of the artifacts.</summary>
    public const string ArtifactKind = "words";

    /// <summary>Most trainings that are remembered: commands are not delivered again after so many others.</summary>
    public const int MaxTrainings = 32;

    /// <summary>What is known of a collection's trainings; an empty record if there was none.</summary>
    public async Task<VocabularyRecord> GetAsync(string collection, CancellationToken ct) =>
        await store.GetAsync<VocabularyRecord>(Key(collection), ct) ?? new VocabularyRecord();

    /// <summary>Notes a command before it is published, so that it survives even a bus that forgets; one that is known is left as it is.</summary>
    public Task RequestAsync(TrainVocabulary command, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(command);
        var now = time.GetUtcNow();
        return UpdateAsync(
            command.Collection,
            before => before.Find(command.CorrelationId) is null
                ? Settle(before, new VocabularyTraining { Id = command.CorrelationId, State = VocabularyTrainingState.Requested, Command = command, At = now })
                : before,
            ct);
    }

    /// <summary>Begins a training, or begins it again, if no other attempt is training.</summary>
    /// <param name="command">The command.</param>
    /// <param name="holder">The attempt.</param>
    /// <param name="hold">How long the attempt is believed alive unless it renews that.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>
    /// The record. The attempt may train only if it is the record's <see cref="VocabularyRecord.Holder"/>; otherwise the training is
    /// finished already, or somebody else is at it.
    /// </returns>
    public Task<VocabularyRecord> BeginAsync(TrainVocabulary command, Guid holder, TimeSpan hold, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(command);
        var now = time.GetUtcNow();
        return UpdateAsync(
            command.Collection,
            before => before.Find(command.CorrelationId) is { IsOpen: false } || (before.Holder is { } other && other != holder && before.HeldUntil > now)
                ? before
                : Settle(before, new VocabularyTraining { Id = command.CorrelationId, State = VocabularyTrainingState.Running, Command = command, At = now })
                    with { Holder = holder, HeldUntil = now + hold },
            ct);
    }

    /// <summary>Says that the attempt is alive.</summary>
    /// <returns>False if it was taken for dead, and another one holds the training.</returns>
    public async Task<bool> RenewAsync(string collection, Guid holder, TimeSpan hold, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return (await UpdateAsync(collection, before => before.Holder == holder ? before with { HeldUntil = now + hold } : before, ct)).Holder == holder;
    }

    /// <summary>Ends an attempt without a result: another one may begin at once.</summary>
    public Task ReleaseAsync(string collection, Guid holder, CancellationToken ct) =>
        UpdateAsync(collection, before => before.Holder == holder ? before with { Holder = null } : before, ct);

    /// <summary>Ends an attempt with what came of it; a vocabulary is then the one to serve.</summary>
    /// <returns>False if the attempt was taken for dead, and another one has the say.</returns>
    public async Task<bool> FinishAsync(string collection, Guid holder, VocabularyTraining result, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(result);
        var finished = false;
        await UpdateAsync(
            collection,
            before =>
            {
                finished = before.Holder == holder;
                return finished
                    ? Settle(before, result) with { Holder = null, Serving = result.State == VocabularyTrainingState.Done ? result.Id : before.Serving }
                    : before;
            },
            ct);
        return finished;
    }

    /// <summary>Whether <see cref="AskAutomaticallyAsync"/> would answer an id by now.</summary>
    public async Task<bool> IsAskingDueAsync(string collection, TimeSpan retryAfter, CancellationToken ct) =>
        IsDue(await GetAsync(collection, ct), time.GetUtcNow(), retryAfter);

    /// <summary>
    /// Decides whether the command of a collection's own first training has to be published, for the first time or again: if it is not
    /// known to have been published, or if nothing came of it for <paramref name="retryAfter"/>.
    /// </summary>
    /// <returns>The id to publish it with, or null.</returns>
    public async Task<Guid?> AskAutomaticallyAsync(string collection, TimeSpan retryAfter, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var id = Guid.NewGuid();
        var asked = false;
        var record = await UpdateAsync(
            collection,
            before =>
            {
                asked = IsDue(before, now, retryAfter);
                return asked ? before with { Automatic = new AutomaticTraining(before.Automatic?.Id ?? id, now, Published: false) } : before;
            },
            ct);
        return asked ? record.Automatic!.Id : null;
    }

    /// <summary>Notes that the command of the collection's own training was published.</summary>
    public Task AskedAutomaticallyAsync(string collection, Guid training, CancellationToken ct) =>
        UpdateAsync(
            collection,
            before => before.Automatic is { Published: false } automatic && automatic.Id == training
                ? before with { Automatic = automatic with { Published = true } }
                : before,
            ct);

    private static bool IsDue(VocabularyRecord record, DateTimeOffset now, TimeSpan retryAfter) =>
        record.Serving is null
        && (record.Holder is null || record.HeldUntil <= now)
        && (record.Automatic is not { } automatic
            || (record.Find(automatic.Id) is null or { IsOpen: true }
                && (!automatic.Published || now - automatic.At >= retryAfter)));

    private static VocabularyRecord Settle(VocabularyRecord record, VocabularyTraining training) =>
        record with { Trainings = [.. record.Trainings.Where(t => t.Id != training.Id).TakeLast(MaxTrainings - 1), training] };

    private async Task<VocabularyRecord> UpdateAsync(string collection, Func<VocabularyRecord, VocabularyRecord> change, CancellationToken ct) =>
        await store.UpdateAsync<VocabularyRecord>(
            Key(collection),
            before =>
            {
                var known = before ?? new VocabularyRecord();
                var after = change(known);
                return ReferenceEquals(after, known) ? Change.Keep<VocabularyRecord>() : Change.Put(after);
            },
            ct) ?? new VocabularyRecord();

    private static StateKey Key(string collection) => new("vocabularies", collection);
}
