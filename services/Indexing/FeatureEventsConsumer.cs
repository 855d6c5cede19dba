using MassTransit;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;

namespace Pipeline.Indexing;

/// <summary>Hears what the stages came to.</summary>
public sealed class FeatureEventsConsumer(ImageIndexer indexer, IndexedEvents events, TimeProvider time) :
    IConsumer<SiftExtracted>, IConsumer<CnnExtracted>, IConsumer<HashEncoded>, IConsumer<ImageRejected>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<SiftExtracted> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var message = context.Message;
        await SettleAsync(context, message, Stages.Sift, new() { Done = true, Version = message.SiftVersion, FeatureKey = message.FeatureKey, At = time.GetUtcNow() });

        // After the features are settled: a vocabulary that comes later than this look finds them there.
        foreach (var words in await indexer.WordsToMakeAsync(message, context.CancellationToken))
        {
            await context.Publish(words, context.CancellationToken);
        }
    }

    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<CnnExtracted> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var message = context.Message;
        await SettleAsync(context, message, Stages.Cnn, new() { Done = true, Version = message.ModelVersion, FeatureKey = message.FeatureKey, At = time.GetUtcNow() });
        await AskForCodesAsync(context, message, message.ModelVersion);
        foreach (var command in await indexer.EmbeddingsToMakeAsync(message, context.CancellationToken))
        {
            await context.Publish(command, context.CancellationToken);
        }
    }

    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<HashEncoded> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var message = context.Message;
        await SettleAsync(context, message, Stages.Hash, new() { Done = true, Version = message.EncoderVersion, Code = message.Code, ModelVersion = message.ModelVersion, At = time.GetUtcNow() });
        await AskForCodesAsync(context, message, message.ModelVersion);
    }

    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<ImageRejected> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var message = context.Message;
        if (message is { ImageId: { } imageId, Stage: Stages.Sift or Stages.Cnn or Stages.Hash })
        {
            var outcome = new StageOutcome { Done = false, Reason = message.Reason, Detail = message.Detail, At = time.GetUtcNow() };
            await events.PublishAsync(
                context,
                await indexer.SettleAsync(message.Collection, imageId, message.Incarnation, message.Stage, outcome, context.CancellationToken));
        }
    }

    /// <summary>After the outcome is settled: an encoder that comes later than this look finds the image there.</summary>
    private async Task AskForCodesAsync(ConsumeContext context, ImageEvent message, string modelVersion)
    {
        foreach (var command in await indexer.CodesToMakeAsync(message, modelVersion, context.CancellationToken))
        {
            await context.Publish(command, context.CancellationToken);
        }
    }

    private async Task SettleAsync(ConsumeContext context, ImageEvent message, string stage, StageOutcome outcome) =>
        await events.PublishAsync(
            context,
            await indexer.SettleAsync(message.Collection, message.ImageId, message.Incarnation, stage, outcome, context.CancellationToken));
}

/// <summary>Policy of the endpoint <c>indexing</c>.</summary>
public sealed class FeatureEventsConsumerDefinition() : PipelineConsumerDefinition<FeatureEventsConsumer>("indexing", stage: Stages.Index, concurrency: 16, prefetch: 64);
