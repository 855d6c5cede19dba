using MassTransit;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;

namespace Pipeline.Indexing.Codes;

/// <summary>Puts images' codes of the next encoder into the index, on a queue of its own: a new encoder brings all of a collection at once.</summary>
public sealed class ImageReencodedConsumer(ImageIndexer indexer, IndexedEvents events) : IConsumer<ImageReencoded>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<ImageReencoded> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        await events.PublishAsync(context, await indexer.SettleCodeAsync(context.Message, context.CancellationToken));
    }
}

/// <summary>Policy of the endpoint <c>codes-indexing</c>.</summary>
public sealed class ImageReencodedConsumerDefinition()
    : PipelineConsumerDefinition<ImageReencodedConsumer>("codes-indexing", stage: Stages.Index, separatesBulk: true, concurrency: 8, prefetch: 32);
