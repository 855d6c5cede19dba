using MassTransit;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Messaging;

namespace Pipeline.Indexing.Reindexing;

/// <summary>Begins to fill a next generation of a collection.</summary>
public sealed class ReindexCollectionConsumer(GenerationChange change) : IConsumer<ReindexCollection>
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<ReindexCollection> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return change.BeginAsync(context.Message with { CorrelationId = context.CommandId(context.Message.CorrelationId) }, context.CancellationToken);
    }
}

/// <summary>Policy of the endpoint <c>reindex</c>: one after the other.</summary>
public sealed class ReindexCollectionConsumerDefinition()
    : PipelineConsumerDefinition<ReindexCollectionConsumer>("reindex", stage: Stages.Index, acceptsRawJson: true, prefetch: 1, concurrency: 1);
