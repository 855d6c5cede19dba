using System.Diagnostics;
using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Learning;
using Pipeline.Learning.Gate;
using Pipeline.Learning.Synthesis;
using Pipeline.ModelUpdating.Evidence;
using Pipeline.Storage;

namespace Pipeline.ModelUpdating.Training;

/// <summary>
/// Updates a collection's model by what was mined in it, registers the trained head with its figures, and answers the event that lets it
/// serve if it passed its gate.
/// </summary>
public sealed partial class CollectionUpdates(
    CollectionCatalog collections,
    ModelUpdateCatalog updates,
    UpdatePlans plans,
    StoredActivations activations,
    PresentHead present,
    HeadTrainer trainer,
    LearnedPairs learned,
    UpdateCheckpoints checkpoints,
    ArtifactStore artifacts,
    IOptions<ModelUpdatingOptions> options,
    IOptions<LearningOptions> learning,
    IOptions<SynthesisOptions> synthesis,
    IOptions<GateOptions> gate,
    ModelUpdateMetrics metrics,
    TimeProvider time,
    ILogger<CollectionUpdates> logger)
{
    /// <summary>Does what the command says, unless it is done already or cannot be done.</summary>
    /// <param name="command">The command, with an id.</param>
    /// <param name="publish">Gets the progress.</param>
    /// <param name="ct">Cancels; the update goes on with the next delivery.</param>
    /// <returns>What to publish; null if nothing is to serve by it, or another update's head is by now.</returns>
    /// <exception cref="TrainingHeldException">Another update of the collection is under way.</exception>
    public async Task<ModelPublished?> RunAsync(UpdateModel command, Func<ModelUpdateProgressed, CancellationToken, Task> publish, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(publish);
        if (await collections.GetCurrentAsync(command.Collection, ct) is null)
        {
            LogRefused(logger, command.Collection, RejectionReasons.UnknownCollection, "there is no such collection");
            metrics.Failed();
            return null;
        }

        try
        {
            var (record, update) = await updates.RunAsync(
                command,
                options.Value.Limits,
                token => UpdateOrFailAsync(command, publish, token),
                () => Failed(command, TrainingReasons.TimedOut, $"It takes longer than {options.Value.Timeout}."),
                ct);
            await checkpoints.RemoveAsync(command.Collection, command.CorrelationId, ct);
            return update.IsToServe && record.Serving == update.Id ? update.ToPublished(command.Collection) : null;
        }
        finally
        {
            metrics.Progress(1);
        }
    }

    private async Task<ModelUpdate> UpdateOrFailAsync(UpdateModel command, Func<ModelUpdateProgressed, CancellationToken, Task> publish, CancellationToken ct)
    {
        try
        {
            return await UpdateAsync(command, publish, ct);
        }
        catch (UpdateRefusedException e)
        {
            return Failed(command, e.Reason, e.Message);
        }
    }

    private async Task<ModelUpdate> UpdateAsync(UpdateModel command, Func<ModelUpdateProgressed, CancellationToken, Task> publish, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        metrics.Progress(0);
        await updates.ForgetOldProgressAsync(command.Collection, ct);
        var begun = await collections.GetCurrentAsync(command.Collection, ct);
        if (begun?.Active is not { } generation)
        {
            throw new UpdateRefusedException(TrainingReasons.NoPairs, "The collection has no image with CNN features yet.");
        }

        if (generation.Next is { } next)
        {
            throw new UpdateRefusedException(TrainingReasons.ModelChanging, $"{next.ModelVersion} is about to serve the collection.");
        }

        var head = await present.LoadAsync(generation, ct);
        var plan = await plans.GetAsync(command.Collection, command.CorrelationId, generation.ModelVersion, command.Seed ?? options.Value.Seed, ct);
        if (plan.Pairs.Count == 0)
        {
            throw new UpdateRefusedException(TrainingReasons.NoPairs, $"No two of {plan.Images.Count} images are known to show the same thing; {plan.Contradictory} pairs are contradictory.");
        }

        var inputs = await activations.ReadAsync(command.Collection, generation, plan, head, await present.DriftsAsync(generation, ct), ct);
        EnsureSubjects(inputs);
        LogBegun(logger, generation.ModelVersion, command.Collection, inputs.Images.Count, inputs.Pairs.Count, plan.Contradictory);
        var result = await trainer.TrainAsync(command.Collection, command.CorrelationId, inputs, publish, ct);
        var data = new ModelUpdateData(
            inputs.Images.Count,
            inputs.LeftOut,
            inputs.Pairs.GroupBy(pair => pair.Kind).ToDictionary(kind => kind.Key, kind => kind.Count()),
            plan.Contradictory,
            result.Learned,
            result.HeldOut.Count,
            result.Steps) { Synthesised = result.Synthesised };
        return await RegisterAsync(command, begun, generation, inputs, data, result, Stopwatch.GetElapsedTime(started), ct);
    }

    private async Task<ModelUpdate> RegisterAsync(
        UpdateModel command, CollectionRecord begun, Generation generation, UpdateInputs inputs, ModelUpdateData data, UpdateResult result, TimeSpan elapsed, CancellationToken ct)
    {
        var judged = result.Verdict.Figures;
        var figures = new ModelUpdateFigures(
            judged.HeldOutBefore, judged.HeldOutAfter, judged.KnownBefore, judged.KnownAfter, judged.RankRatio, judged.VarianceRatio, judged.CrossModel);
        var recipe = UpdateLineage.Settings(inputs.Seed, learning.Value, synthesis.Value, gate.Value);
        var lineage = UpdateLineage.Of(command.Collection, command.CorrelationId, generation, recipe, data, figures, result.Drift, elapsed.TotalSeconds);
        var artifact = await artifacts.AddAsync(ModelCatalog.HeadKind, result.Head, lineage, ct);
        if (learning.Value.Rehearsal > 0)
        {
            await learned.NoteAsync(command.Collection, artifact.Version, inputs.Learned(result.HeldOut.ToHashSet()), ct);
        }

        var objections = result.Verdict.Reasons.ToList();
        var current = await collections.GetCurrentAsync(command.Collection, ct);
        if (current?.Active?.ModelVersion != generation.ModelVersion || current.LatestModelChange?.Id != begun.LatestModelChange?.Id)
        {
            objections.Add(TrainingReasons.Superseded);
        }

        metrics.Done(objections.Count == 0 ? "promoted" : "kept", elapsed);
        LogDone(logger, artifact.Version, command.Collection, figures.HeldOutBefore, figures.HeldOutAfter, objections.Count == 0, objections, elapsed.TotalSeconds);
        return new ModelUpdate
        {
            Id = command.CorrelationId,
            State = TrainingState.Done,
            Version = artifact.Version,
            Promoted = objections.Count == 0,
            Objections = objections,
            ParentVersion = generation.ModelVersion,
            BackboneVersion = generation.Backbone,
            Dimensions = generation.Dimensions,
            Data = data,
            Figures = figures,
            ReindexRequired = figures.CrossModel < options.Value.NoReindexAbove * figures.HeldOutAfter,
            Seconds = Math.Round(elapsed.TotalSeconds, 3),
            At = time.GetUtcNow(),
        };
    }

    /// <summary>Whole subjects are kept back to judge by, so there must be two.</summary>
    private static void EnsureSubjects(UpdateInputs inputs)
    {
        var evidence = inputs.Evidence;
        if (evidence.PairCount == 0)
        {
            throw new UpdateRefusedException(TrainingReasons.NoPairs, $"Of {inputs.LeftOut} images the stored features are missing, so that no pair is left.");
        }

        var first = evidence.Subject(inputs.Pairs[0].First);
        if (inputs.Pairs.All(pair => evidence.Subject(pair.First) == first))
        {
            throw new UpdateRefusedException(TrainingReasons.TooFewPairs, $"All {evidence.PairCount} pairs are of one thing; nothing can be kept back to judge by.");
        }
    }

    private ModelUpdate Failed(UpdateModel command, string reason, string detail)
    {
        metrics.Failed();
        LogRefused(logger, command.Collection, reason, detail);
        return new ModelUpdate { Id = command.CorrelationId, State = TrainingState.Failed, Reason = reason, Detail = detail, At = time.GetUtcNow() };
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Updating {Version} of {Collection} on {Images} images with {Pairs} pairs; {Contradictory} contradictory ones are left out")]
    private static partial void LogBegun(ILogger logger, string version, string collection, int images, int pairs, int contradictory);

    [LoggerMessage(Level = LogLevel.Information, Message = "Trained {Version} for {Collection}: held-out pairs {Before:0.0000} -> {After:0.0000}, promoted {Promoted} {Objections}, in {Seconds:0.0} s")]
    private static partial void LogDone(ILogger logger, string version, string collection, double before, double after, bool promoted, List<string> objections, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The model of {Collection} is not updated: {Reason}, {Detail}")]
    private static partial void LogRefused(ILogger logger, string collection, string reason, string detail);
}
