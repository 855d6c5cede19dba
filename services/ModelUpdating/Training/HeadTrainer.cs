using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Learning;
using Pipeline.Learning.Gate;
using Pipeline.Learning.Synthesis;
using Pipeline.Onnx;
using Pipeline.Onnx.Training;

namespace Pipeline.ModelUpdating.Training;

/// <summary>Trains a head on inputs and judges it, from the last checkpoint of the same update if there is one.</summary>
public sealed class HeadTrainer(
    OnnxSessionFactory sessions,
    UpdateCheckpoints checkpoints,
    ModelUpdateCatalog updates,
    IOptions<ModelUpdatingOptions> options,
    IOptions<LearningOptions> learning,
    IOptions<SynthesisOptions> synthesis,
    IOptions<GateOptions> gate,
    ModelUpdateMetrics metrics,
    TimeProvider time,
    ILogger<HeadTrainer> logger)
{
    /// <summary>Trains and judges.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="update">The update.</param>
    /// <param name="inputs">What it learns from.</param>
    /// <param name="publish">Gets its progress.</param>
    /// <param name="ct">Cancels; the next attempt goes on from the last checkpoint.</param>
    /// <exception cref="UpdateRefusedException">The head cannot be trained by the recipe, or left the finite numbers.</exception>
    public async Task<UpdateResult> TrainAsync(
        string collection, Guid update, UpdateInputs inputs, Func<ModelUpdateProgressed, CancellationToken, Task> publish, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var digest = inputs.Digest(learning.Value, synthesis.Value, gate.Value.HeldOutShare);
        var checkpoint = await checkpoints.TryReadAsync(collection, update, digest, ct);
        try
        {
            if (checkpoint is not null)
            {
                try
                {
                    return await RunAsync(collection, update, inputs, digest, checkpoint, publish, ct);
                }
                catch (InvalidDataException e)
                {
                    checkpoints.Damaged(collection, update, e);
                }
            }

            return await RunAsync(collection, update, inputs, digest, checkpoint: null, publish, ct);
        }
        catch (NotFiniteLossException e)
        {
            throw new UpdateRefusedException(TrainingReasons.NotFinite, e.Message, e);
        }
        catch (UnsupportedOperatorException e)
        {
            throw new UpdateRefusedException(TrainingReasons.UnsupportedOperator, e.Message, e);
        }
        catch (InvalidDataException e)
        {
            throw new UpdateRefusedException(TrainingReasons.CorruptArtifact, e.Message, e);
        }
        catch (ArgumentException e)
        {
            // The recipe and the head do not go together, and will not at the next attempt either.
            throw new UpdateRefusedException(TrainingReasons.NotLearnable, e.Message, e);
        }
    }

    private async Task<UpdateResult> RunAsync(
        string collection,
        Guid update,
        UpdateInputs inputs,
        byte[] digest,
        ReadOnlyMemory<byte>? checkpoint,
        Func<ModelUpdateProgressed, CancellationToken, Task> publish,
        CancellationToken ct)
    {
        var before = checkpoint is null ? null : await updates.GetProgressAsync(collection, update, ct);
        UpdateProgress? progress = null;
        UpdateStep? last = null;
        var saved = time.GetTimestamp();
        try
        {
            var material = new UpdateMaterial(inputs.Head, inputs.Images, inputs.Evidence, inputs.Seed) { Earlier = inputs.Earlier };

            // A step keeps all cores busy; whoever waits for the result must not.
            var result = await Task.Run(
                () => new HeadUpdater(sessions, learning.Value, synthesis.Value, gate.Value).RunAsync(
                    material, inputs.Known(), inputs.LearnedBefore(), checkpoint, AfterStepAsync, ct),
                ct);
            if (progress is not null && last is not null)
            {
                await progress.EndAsync(last, ct);
            }

            return result;
        }
        finally
        {
            await (progress?.SettleAsync() ?? Task.CompletedTask);
        }

        async ValueTask AfterStepAsync(UpdateStep step, CancellationToken token)
        {
            last = step;
            progress ??= new UpdateProgress(collection, update, new PhaseHistory(before, step), updates, publish, time, logger);
            progress.Report(step, token);
            metrics.Progress((double)step.Step / step.Steps);
            if (step.Step < step.Steps && time.GetElapsedTime(saved) >= options.Value.CheckpointInterval)
            {
                await progress.StoreAsync(step, token);
                await checkpoints.SaveAsync(collection, update, digest, step.Save(), token);
                saved = time.GetTimestamp();
            }
        }
    }
}
