using MassTransit;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Messaging;

namespace Pipeline.NeighbourMining;

/// <summary>Sweeps collections, one at a time.</summary>
public sealed class EmbedCollectionConsumer(CollectionEmbedding embedding) : IConsumer<EmbedCollection>
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<EmbedCollection> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return embedding.RunAsync(context.Message.Collection, context.CancellationToken);
    }
}

/// <summary>Policy of the endpoint <c>collection-embedding</c>: one sweep keeps all cores busy.</summary>
public sealed class EmbedCollectionConsumerDefinition()
    : PipelineConsumerDefinition<EmbedCollectionConsumer>("collection-embedding", stage: Stages.Mining, acceptsRawJson: true, prefetch: 1, concurrency: 1);
