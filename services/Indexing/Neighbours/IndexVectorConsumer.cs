using MassTransit;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;

namespace Pipeline.Indexing.Neighbours;

/// <summary>Puts collaboratively embedded vectors into the index.</summary>
public sealed class IndexVectorConsumer(ImageIndexer indexer) : IConsumer<IndexVectorEmbedded>
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<IndexVectorEmbedded> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return indexer.EmbedAsync(context.Message, context.CancellationToken);
    }
}

/// <summary>Policy of the endpoint <c>embedded-vectors</c>.</summary>
public sealed class IndexVectorConsumerDefinition()
    : PipelineConsumerDefinition<IndexVectorConsumer>("embedded-vectors", stage: Stages.Index, concurrency: 16, prefetch: 64);
