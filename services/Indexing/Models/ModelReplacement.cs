using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Indexing.Reindexing;
using Pipeline.Storage;

namespace Pipeline.Indexing.Models;

/// <summary>
/// Lets a model take another's place: begins a next generation, in which every image gets an embedding and a code of the new model, in
/// indexes of their own. So no search ever compares embeddings of two models.
/// </summary>
public sealed partial class ModelReplacement(
    CollectionCatalog collections,
    ArtifactStore artifacts,
    GenerationChange generations,
    ReindexReports reports,
    IndexWrites writes,
    ILogger<ModelReplacement> logger)
{
    /// <summary>
    /// Begins to fill a generation of the model, unless it serves already, does not fit, or a later change was begun. One that finds what is
    /// indexed nearly as well as it finds its own embeds pictures that ask from now on, and nothing is indexed anew.
    /// </summary>
    /// <returns>Whether a generation of it is being filled now.</returns>
    /// <exception cref="InvalidOperationException">The collection has no index yet, which may change.</exception>
    /// <exception cref="ArtifactNotFoundException">There is no such head.</exception>
    public async Task<bool> PrepareAsync(ModelPublished model, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (await collections.GetCurrentAsync(model.Collection, ct) is not { } record)
        {
            LogNoCollection(logger, model.Collection, model.ModelVersion);
            return false;
        }

        var active = record.Active ?? throw new InvalidOperationException($"The collection '{model.Collection}' has no index yet.");
        if (IsKnown(record, model.CorrelationId))
        {
            return IsBeingFilled(record, model.CorrelationId);
        }

        if (record.ModelChanges.Any(change => change.PublishedAt > model.PublishedAt))
        {
            LogSuperseded(logger, model.ModelVersion, model.Collection);
            return false;
        }

        if (!await FitsAsync(model, active, ct))
        {
            LogRefused(logger, model.ModelVersion, model.BackboneVersion, model.Collection, active.Backbone);
            return false;
        }

        var change = new ModelChange(model.CorrelationId, model.ModelVersion, model.PublishedAt);
        if (!model.ReindexRequired && active.Next is null)
        {
            await ChangeQueryModelAsync(record, change, model.ModelVersion == active.ModelVersion ? null : model.ModelVersion, ct);
            return false;
        }

        var next = new Generation
        {
            Number = 0,
            ModelVersion = model.ModelVersion,
            BackboneVersion = model.ModelVersion == active.Backbone ? null : active.Backbone,
            Dimensions = model.Dimensions,
            EncoderVersion = active.EncoderVersion,
            Bits = active.Bits,
        };
        return await BeginAsync(record, active, change, next, $"model {model.ModelVersion}", ct);
    }

    /// <summary>
    /// Lets the generation serve again that served before, while it is kept; begins to fill one of its model after that. Gives up one that is about
    /// to serve.
    /// </summary>
    /// <returns>Whether a generation is being filled now.</returns>
    public async Task<bool> RollBackAsync(RollbackModel command, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (await collections.GetCurrentAsync(command.Collection, ct) is not { Active: { } active } record)
        {
            LogNothing(logger, command.Collection);
            return false;
        }

        if (IsKnown(record, command.CorrelationId))
        {
            return IsBeingFilled(record, command.CorrelationId);
        }

        if (active is { Next: null, QueryModelVersion: { } asking } && (command.ModelVersion ?? asking) == asking)
        {
            // What is indexed never changed.
            await ChangeQueryModelAsync(record, new ModelChange(command.CorrelationId, active.ModelVersion, PublishedAt: null), null, ct);
            return false;
        }

        var latest = active.Next ?? active;
        var wanted = active.Next is null ? record.Previous : active;
        if ((command.ModelVersion ?? latest.ModelVersion) != latest.ModelVersion || wanted is null)
        {
            LogNothing(logger, command.Collection);
            return false;
        }

        if (active.Next is null && active.Kept is { } kept && kept.ModelVersion == wanted.ModelVersion)
        {
            await generations.TryRollBackAsync(record, command.CorrelationId, $"roll-back of {latest.ModelVersion}", ct);
            return false;
        }

        // Codes are made anew: a later encoder than the previous generation's may serve by now.
        var next = wanted with { EncoderVersion = active.EncoderVersion, Bits = active.Bits };
        return await BeginAsync(record, active, new ModelChange(command.CorrelationId, next.ModelVersion, PublishedAt: null), next, $"roll-back of {latest.ModelVersion}", ct);
    }

    /// <summary>A head takes the trunk activations of the one backbone it was made from.</summary>
    private async Task<bool> FitsAsync(ModelPublished model, Generation active, CancellationToken ct)
    {
        if (model.BackboneVersion != active.Backbone || model.Dimensions < 1 || model.ModelVersion == active.Backbone)
        {
            return model.BackboneVersion == active.Backbone && model.Dimensions >= 1;
        }

        var head = await artifacts.GetAsync(model.ModelVersion, ct) ?? throw new ArtifactNotFoundException(model.ModelVersion);
        return head.Kind == ModelCatalog.HeadKind && head.Lineage.Settings.GetValueOrDefault(ModelCatalog.BackboneSetting) == active.Backbone;
    }

    private async Task ChangeQueryModelAsync(CollectionRecord record, ModelChange change, string? queryModel, CancellationToken ct)
    {
        if (!await collections.TryChangeQueryModelAsync(record.Name, record, change, queryModel, ct))
        {
            throw new InvalidOperationException($"The model of the collection '{record.Name}' was changed by somebody else meanwhile.");
        }

        LogAsks(logger, change.ModelVersion, record.Name);
    }

    private async Task<bool> BeginAsync(CollectionRecord record, Generation active, ModelChange change, Generation wanted, string reason, CancellationToken ct)
    {
        var next = wanted.ModelVersion == active.ModelVersion ? null
            : wanted.ModelVersion == active.Next?.ModelVersion ? active.Next
            : wanted with { Number = Math.Max(record.LastGeneration, active.Number) + 1, NextEncoder = null, Next = null, Kept = null, VocabularyVersion = null };

        // Whoever is about to index an image without the embedding is let finish, and is seen by the walk that follows.
        using (await writes.ForAllAsync(ct))
        {
            if (!await collections.TryBeginAsync(record.Name, record, change, next, reason, ct))
            {
                throw new InvalidOperationException($"The model of the collection '{record.Name}' was changed by somebody else meanwhile.");
            }
        }

        if (active.Next is { } givenUp && givenUp.Number != next?.Number)
        {
            await reports.StateAsync(record.Name, givenUp.Number, GenerationStates.Cancelled, reason, change.Id, ct);
        }

        if (next is not null)
        {
            await reports.StateAsync(record.Name, next.Number, GenerationStates.Filling, reason, change.Id, ct);
        }

        return next is not null;
    }

    private static bool IsKnown(CollectionRecord record, Guid change) => record.ModelChanges.Any(known => known.Id == change);

    private static bool IsBeingFilled(CollectionRecord record, Guid change) => record.LatestModelChange?.Id == change && record.Active?.Next is not null;

    [LoggerMessage(Level = LogLevel.Information, Message = "{Version} embeds pictures that ask {Collection}; nothing is indexed anew")]
    private static partial void LogAsks(ILogger logger, string version, string collection);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Version} comes too late for the collection {Collection}: a later model was published")]
    private static partial void LogSuperseded(ILogger logger, string version, string collection);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Version} on {Backbone} cannot serve the collection {Collection}: a head on {Expected} is needed")]
    private static partial void LogRefused(ILogger logger, string version, string backbone, string collection, string expected);

    [LoggerMessage(Level = LogLevel.Warning, Message = "There is no collection {Collection} for {Version} to serve")]
    private static partial void LogNoCollection(ILogger logger, string collection, string version);

    [LoggerMessage(Level = LogLevel.Warning, Message = "There is no model of {Collection} to go back to, or the one to give up neither serves nor is about to")]
    private static partial void LogNothing(ILogger logger, string collection);
}
