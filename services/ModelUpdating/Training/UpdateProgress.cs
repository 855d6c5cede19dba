using Pipeline.Catalog;
using Pipeline.Contracts.Events;
using Pipeline.Learning;
using Pipeline.Storage;

namespace Pipeline.ModelUpdating.Training;

/// <summary>
/// Tells how far a training is: at most once a second, and after the last step. It is told on the side: neither a slow broker nor a store
/// that is away holds the training up or ends it.
/// </summary>
public sealed partial class UpdateProgress(
    string collection, Guid update, PhaseHistory history, ModelUpdateCatalog updates, Func<ModelUpdateProgressed, CancellationToken, Task> publish, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private long? _told;
    private Task _telling = Task.CompletedTask;
    private volatile bool _isFailing;

    /// <summary>Notes a step, and tells of it if that is due.</summary>
    public void Report(UpdateStep step, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(step);
        history.Add(step);
        var isDue = _told is not { } told || time.GetElapsedTime(told) >= Pause;
        if (step.Step < step.Steps && isDue && _telling.IsCompleted)
        {
            _told = time.GetTimestamp();
            _telling = TellAsync(step, ct);
        }
    }

    /// <summary>Stores the losses so far, as part of a checkpoint: who goes on from there finds them complete.</summary>
    public async Task StoreAsync(UpdateStep step, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(step);
        try
        {
            await updates.SetProgressAsync(collection, update, history.ToProgress(step), ct);
        }
        catch (StorageUnavailableException e)
        {
            Fail(e);
        }
    }

    /// <summary>Waits until what was being told is told, then tells of the last step.</summary>
    public async Task EndAsync(UpdateStep last, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(last);
        await _telling;
        await TellAsync(last, ct);
    }

    /// <summary>Waits until nothing is being told.</summary>
    public Task SettleAsync() => _telling;

    private async Task TellAsync(UpdateStep step, CancellationToken ct)
    {
        try
        {
            await updates.SetProgressAsync(collection, update, history.ToProgress(step), ct);
            await publish(
                new ModelUpdateProgressed
                {
                    Collection = collection, Phase = step.Phase, Step = step.Step, Steps = step.Steps, Losses = step.Losses, CorrelationId = update,
                },
                ct);
            _isFailing = false;
        }
        catch (Exception e)
        {
            // Whether a store, the broker, or whoever cancels is the reason: the training says itself when it has to end.
            if (!ct.IsCancellationRequested)
            {
                Fail(e);
            }
        }
    }

    /// <summary>Says so once, not every second.</summary>
    private void Fail(Exception e)
    {
        if (!_isFailing)
        {
            _isFailing = true;
            LogNotTold(logger, e, update, collection);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The progress of the update {Update} of {Collection} cannot be told; the training goes on")]
    private static partial void LogNotTold(ILogger logger, Exception exception, Guid update, string collection);
}
