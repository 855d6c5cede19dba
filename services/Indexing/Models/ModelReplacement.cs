using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Indexing.Codes;
using Pipeline.Storage;

namespace Pipeline.Indexing.Models;

/// <summary>
/// Lets a model take another's place without a gap. First a next generation of the collection is filled beside the one that serves: every
/// image gets an embedding and a code of the new model, in indexes of their own. Once none lacks them, one compare-and-set makes it the
/// serving one. So no search ever compares embeddings of two models. Killed anywhere, it goes on.
/// </summary>
public sealed partial class ModelReplacement(
    CollectionCatalog collections,
    ModelCatalog models,
    ArtifactStore artifacts,
    ImageCatalog images,
    Generations generations,
    ImageIndexer indexer,
    ModelAnnouncement announcement,
    IndexWrites writes,
    IOptions<ModelChangeOptions> options,
    TimeProvider time,
    ILogger<ModelReplacement> logger) : ICollectionChange
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
        return await BeginAsync(record, active, change, next, ct);
    }

    /// <summary>Begins to fill a generation of the model that served before, or gives up the one that is about to serve.</summary>
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

        // Codes are made anew: a later encoder than the previous generation's may serve by now.
        var next = wanted with { EncoderVersion = active.EncoderVersion, Bits = active.Bits };
        return await BeginAsync(record, active, new ModelChange(command.CorrelationId, next.ModelVersion, PublishedAt: null), next, ct);
    }

    /// <summary>The images that have no embedding or code of the next model yet, as commands to make them.</summary>
    public async IAsyncEnumerable<EmbedImages> MissingAsync(string collection, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        if (await collections.GetCurrentAsync(collection, ct) is not { Active: { Next: { } next } active } record)
        {
            yield break;
        }

        var batch = new List<ImageRecord>(options.Value.BatchSize);
        await foreach (var image in images.LivingWithFeaturesAsync(collection, Stages.Cnn, ct))
        {
            if (ImageCodes.Lacks(image, active, Stages.NextModel))
            {
                batch.Add(image);
                if (batch.Count == options.Value.BatchSize)
                {
                    yield return Command();
                }
            }
        }

        if (batch.Count > 0)
        {
            yield return Command();
        }

        EmbedImages Command()
        {
            var command = ModelCommands.Embed(collection, next, batch) with { Traffic = TrafficClass.Bulk, CorrelationId = record.LatestModelChange!.Id };
            batch.Clear();
            return command;
        }
    }

    /// <inheritdoc/>
    public async Task SweepAsync(string collection, CancellationToken ct)
    {
        await TryServeAsync(collection, ct);
        if (await collections.GetCurrentAsync(collection, ct) is { } record)
        {
            var isOver = record.SwitchedAt is not { } switched || time.GetUtcNow() - switched >= options.Value.Grace;
            foreach (var retired in await generations.RetiredAsync(record, isOver, ct))
            {
                await generations.DropAsync(retired, ct);
            }

            await announcement.AnnounceAsync(record, ct);
        }
    }

    /// <summary>Lets the next model serve if every image has its embedding and code.</summary>
    /// <returns>Whether it serves by this call.</returns>
    public async Task<bool> TryServeAsync(string collection, CancellationToken ct)
    {
        if (await collections.GetCurrentAsync(collection, ct) is not { Active: { Next: { } next } active } record || !await AreAllReadyAsync(record, active, next, ct))
        {
            return false;
        }

        // What no model could embed is in the index by its words alone, and no embedding of it ever comes. Images that are indexed from
        // here on are in both indexes anyway.
        await foreach (var image in images.AllAsync(collection, ImageStatus.Indexed, ct))
        {
            if (!image.Stages[Stages.Cnn].Done || !image.Stages[Stages.Hash].Done)
            {
                await indexer.CopyToNextAsync(image, ct);
            }
        }

        bool serves;
        using (await writes.ForAllAsync(ct))
        {
            serves = await collections.TryServeNextModelAsync(collection, record, ct);
        }

        if (serves)
        {
            LogServes(logger, next.ModelVersion, collection);
        }

        return serves;
    }

    private async Task<bool> AreAllReadyAsync(CollectionRecord record, Generation active, Generation next, CancellationToken ct)
    {
        var (ready, all, isBeingWritten) = (0L, 0L, false);
        await foreach (var image in images.LivingWithFeaturesAsync(record.Name, Stages.Cnn, ct))
        {
            all++;
            ready += ImageCodes.Lacks(image, active, Stages.NextModel) ? 0 : 1;
            isBeingWritten |= ImageCodes.IsBeingWritten(image);
        }

        await models.SetProgressAsync(record.Name, new ModelProgress(next.Number, ready, all), ct);
        return ready == all && !isBeingWritten;
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

    private async Task<bool> BeginAsync(CollectionRecord record, Generation active, ModelChange change, Generation wanted, CancellationToken ct)
    {
        var next = wanted.ModelVersion == active.ModelVersion ? null
            : wanted.ModelVersion == active.Next?.ModelVersion ? active.Next
            : wanted with { Number = Math.Max(record.LastGeneration, active.Number) + 1, NextEncoder = null, Next = null };

        // Whoever is about to index an image without the embedding is let finish, and is seen by the walk that follows.
        using (await writes.ForAllAsync(ct))
        {
            if (!await collections.TryBeginModelChangeAsync(record.Name, record, change, next, ct))
            {
                throw new InvalidOperationException($"The model of the collection '{record.Name}' was changed by somebody else meanwhile.");
            }
        }

        LogNext(logger, wanted.ModelVersion, record.Name, next is not null);
        return next is not null;
    }

    private static bool IsKnown(CollectionRecord record, Guid change) => record.ModelChanges.Any(known => known.Id == change);

    private static bool IsBeingFilled(CollectionRecord record, Guid change) => record.LatestModelChange?.Id == change && record.Active?.Next is not null;

    [LoggerMessage(Level = LogLevel.Information, Message = "{Version} is the next model of {Collection}; to be filled: {IsFilled}; it serves when every image has an embedding and a code of it")]
    private static partial void LogNext(ILogger logger, string version, string collection, bool isFilled);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Version} embeds pictures that ask {Collection}; nothing is indexed anew")]
    private static partial void LogAsks(ILogger logger, string version, string collection);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Version} serves the collection {Collection}")]
    private static partial void LogServes(ILogger logger, string version, string collection);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Version} comes too late for the collection {Collection}: a later model was published")]
    private static partial void LogSuperseded(ILogger logger, string version, string collection);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Version} on {Backbone} cannot serve the collection {Collection}: a head on {Expected} is needed")]
    private static partial void LogRefused(ILogger logger, string version, string backbone, string collection, string expected);

    [LoggerMessage(Level = LogLevel.Warning, Message = "There is no collection {Collection} for {Version} to serve")]
    private static partial void LogNoCollection(ILogger logger, string collection, string version);

    [LoggerMessage(Level = LogLevel.Warning, Message = "There is no model of {Collection} to go back to, or the one to give up neither serves nor is about to")]
    private static partial void LogNothing(ILogger logger, string collection);
}
