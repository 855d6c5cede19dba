using MassTransit;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;

namespace Pipeline.Indexing.Words;

/// <summary>Puts images' visual words into the index, on a queue of its own: a new vocabulary brings all of a collection at once.</summary>
public sealed class VisualWordsConsumer(ImageIndexer indexer, IndexedEvents events) : IConsumer<VisualWordsExtracted>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<VisualWordsExtracted> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        await events.PublishAsync(context, await indexer.SettleWordsAsync(context.Message, context.CancellationToken));
    }
}

/// <summary>Policy of the endpoint <c>words-indexing</c>.</summary>
public sealed class VisualWordsConsumerDefinition()
    : PipelineConsumerDefinition<VisualWordsConsumer>("words-indexing", stage: Stages.Index, separatesBulk: true, concurrency: 8, prefetch: 32);
