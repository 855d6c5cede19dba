using System.Diagnostics;
using Pipeline.Storage;

namespace Pipeline.Catalog;

/// <summary>
/// The trainings of one kind: one at a time in a collection, each done once however often its command is delivered, and a
/// training whose process died is begun again.
/// </summary>
/// <typeparam name="TCommand">The command that asks for a training.</typeparam>
/// <typeparam name="TTraining">What is known of one.</typeparam>
/// <param name="store">Where the records are.</param>
/// <param name="time">The clock.</param>
/// <param name="table">The table of the records.</param>
public abstract class TrainingCatalog<TCommand, TTraining>(IStateStore store, TimeProvider time, string table)
    where TCommand : class
    where TTraining : Training<TCommand>
{
    /// <summary>Most trainings that are remembered: commands are not delivered again after so many others.</summary>
    public const int MaxTrainings = 32;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>What is known of a collection's trainings; an empty record if there was none.</summary>
    public async Task<TrainingRecord<TTraining>> GetAsync(string collection, CancellationToken ct) =>
        await store.GetAsync<TrainingRecord<TTraining>>(Key(collection), ct) ?? new TrainingRecord<TTraining>();

    /// <summary>Notes a command before it is published, so that it survives even a bus that forgets; one that is known is left as it is.</summary>
    public Task RequestAsync(TCommand command, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(command);
        var now = time.GetUtcNow();
        return UpdateAsync(
            CollectionOf(command),
            before => before.Find(IdOf(command)) is null ? Settle(before, Open(command, TrainingState.Requested, now)) : before,
            ct);
    }

    /// <summary>Begins a training, or begins it again, if no other attempt is training.</summary>
    /// <param name="command">The command.</param>
    /// <param name="holder">The attempt.</param>
    /// <param name="hold">How long the attempt is believed alive unless it renews that.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>
    /// The record. The attempt may train only if it is the record's <see cref="TrainingRecord{TTraining}.Holder"/>; otherwise the training is
    /// finished already, or somebody else is at it.
    /// </returns>
    public Task<TrainingRecord<TTraining>> BeginAsync(TCommand command, Guid holder, TimeSpan hold, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(command);
        var now = time.GetUtcNow();
        return UpdateAsync(
            CollectionOf(command),
            before => before.Find(IdOf(command)) is { IsOpen: false } || (before.Holder is { } other && other != holder && before.HeldUntil > now)
                ? before
                : Settle(before, Open(command, TrainingState.Running, now)) with { Holder = holder, HeldUntil = now + hold },
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

    /// <summary>Ends an attempt with what came of it, which is the one to serve from then on if it <see cref="Training{TCommand}.IsToServe"/>.</summary>
    /// <returns>False if the attempt was taken for dead, and another one has the say.</returns>
    public async Task<bool> FinishAsync(string collection, Guid holder, TTraining result, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(result);
        var finished = false;
        await UpdateAsync(
            collection,
            before =>
            {
                finished = before.Holder == holder;
                return finished
                    ? Settle(before, result) with { Holder = null, Serving = result.IsToServe ? result.Id : before.Serving }
                    : before;
            },
            ct);
        return finished;
    }

    /// <summary>Trains as an attempt that holds the training, unless the command was carried out already; waits while another attempt is at work.</summary>
    /// <param name="command">The command.</param>
    /// <param name="limits">How long it may take.</param>
    /// <param name="train">Trains; cancelled if another attempt took over or it takes too long.</param>
    /// <param name="timedOut">The result if it takes too long.</param>
    /// <param name="ct">Cancels; the training can be begun again.</param>
    /// <returns>The record, and the finished training in it.</returns>
    /// <exception cref="TrainingHeldException">Another attempt is, or came to be, at work.</exception>
    public async Task<(TrainingRecord<TTraining> Record, TTraining Training)> RunAsync(
        TCommand command, TrainingLimits limits, Func<CancellationToken, Task<TTraining>> train, Func<TTraining> timedOut, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(timedOut);
        var holder = Guid.NewGuid();
        var collection = CollectionOf(command);
        var begun = await WaitForTurnAsync(command, holder, limits, ct);
        if (begun.Holder != holder)
        {
            return (begun, begun.Find(IdOf(command))!);
        }

        TTraining result;
        try
        {
            await using var hold = new TrainingHold(token => RenewAsync(collection, holder, limits.Hold, token), limits, ct);
            try
            {
                result = await train(hold.Token);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested && !hold.IsLost)
            {
                result = timedOut();
            }
        }
        catch
        {
            await ReleaseAsync(collection, holder, CancellationToken.None);
            throw;
        }

        return await FinishAsync(collection, holder, result, ct)
            ? (await GetAsync(collection, ct), result)
            : throw new TrainingHeldException($"Another attempt took over the training of the collection '{collection}'.");
    }

    /// <summary>Begins, waits while another training of the collection is under way, or finds that it is finished already.</summary>
    private async Task<TrainingRecord<TTraining>> WaitForTurnAsync(TCommand command, Guid holder, TrainingLimits limits, CancellationToken ct)
    {
        var waiting = Stopwatch.StartNew();
        while (true)
        {
            var record = await BeginAsync(command, holder, limits.Hold, ct);
            if (record.Holder == holder || record.Find(IdOf(command)) is { IsOpen: false })
            {
                return record;
            }

            if (waiting.Elapsed > limits.Timeout)
            {
                throw new TrainingHeldException($"Another training of the collection '{CollectionOf(command)}' is under way.");
            }

            await Task.Delay(Pause, ct);
        }
    }

    /// <summary>Whether <see cref="AskAutomaticallyAsync(string, TimeSpan, CancellationToken)"/> would answer an id by now.</summary>
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

    /// <summary>
    /// Asks for a collection's own first training, if that is due and the collection is ready: notes the command, publishes it, and notes
    /// that it was published.
    /// </summary>
    /// <param name="collection">The collection.</param>
    /// <param name="retryAfter">After how long without a result it is due again.</param>
    /// <param name="isReady">Whether there is enough to train on; asked only if a training is due, since that is quickly said.</param>
    /// <param name="commandOf">Makes the command of a training of this id.</param>
    /// <param name="publish">Publishes it.</param>
    /// <param name="ct">Cancels.</param>
    public async Task AskAutomaticallyAsync(
        string collection,
        TimeSpan retryAfter,
        Func<CancellationToken, Task<bool>> isReady,
        Func<Guid, TCommand> commandOf,
        Func<TCommand, Task> publish,
        CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(isReady);
        ArgumentNullException.ThrowIfNull(commandOf);
        ArgumentNullException.ThrowIfNull(publish);
        if (await IsAskingDueAsync(collection, retryAfter, ct) && await isReady(ct)
            && await AskAutomaticallyAsync(collection, retryAfter, ct) is { } training)
        {
            var command = commandOf(training);
            await RequestAsync(command, ct);
            await publish(command);
            await AskedAutomaticallyAsync(collection, training, ct);
        }
    }

    /// <summary>Notes that the command of the collection's own training was published.</summary>
    public Task AskedAutomaticallyAsync(string collection, Guid training, CancellationToken ct) =>
        UpdateAsync(
            collection,
            before => before.Automatic is { Published: false } automatic && automatic.Id == training
                ? before with { Automatic = automatic with { Published = true } }
                : before,
            ct);

    /// <summary>
    /// Removes all that is known of a collection's trainings. One that is under way loses its hold, and ends without a result.
    /// </summary>
    /// <returns>Until when one may be under way and not know that yet, UTC; null if none is.</returns>
    public async Task<DateTimeOffset?> RemoveAsync(string collection, CancellationToken ct)
    {
        DateTimeOffset? heldUntil = null;
        await store.UpdateAsync<TrainingRecord<TTraining>>(
            Key(collection),
            before =>
            {
                heldUntil = before is { Holder: not null } ? before.HeldUntil : null;
                return before is null ? Change.Keep<TrainingRecord<TTraining>>() : Change.Delete<TrainingRecord<TTraining>>();
            },
            ct);
        return heldUntil;
    }

    /// <summary>The collection that a command is about.</summary>
    protected abstract string CollectionOf(TCommand command);

    /// <summary>The id of the training that a command asks for.</summary>
    protected abstract Guid IdOf(TCommand command);

    /// <summary>What is known of a training of which nothing has come yet.</summary>
    protected abstract TTraining Open(TCommand command, TrainingState state, DateTimeOffset at);

    private static bool IsDue(TrainingRecord<TTraining> record, DateTimeOffset now, TimeSpan retryAfter) =>
        record.Serving is null
        && (record.Holder is null || record.HeldUntil <= now)
        && (record.Automatic is not { } automatic
            || (record.Find(automatic.Id) is null or { IsOpen: true }
                && (!automatic.Published || now - automatic.At >= retryAfter)));

    private static TrainingRecord<TTraining> Settle(TrainingRecord<TTraining> record, TTraining training) =>
        record with { Trainings = [.. record.Trainings.Where(t => t.Id != training.Id).TakeLast(MaxTrainings - 1), training] };

    private async Task<TrainingRecord<TTraining>> UpdateAsync(
        string collection, Func<TrainingRecord<TTraining>, TrainingRecord<TTraining>> change, CancellationToken ct) =>
        await store.UpdateAsync<TrainingRecord<TTraining>>(
            Key(collection),
            before =>
            {
                var known = before ?? new TrainingRecord<TTraining>();
                var after = change(known);
                return ReferenceEquals(after, known) ? Change.Keep<TrainingRecord<TTraining>>() : Change.Put(after);
            },
            ct) ?? new TrainingRecord<TTraining>();

    private StateKey Key(string collection) => new(table, collection);
}
