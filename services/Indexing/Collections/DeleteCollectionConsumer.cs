using MassTransit;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Messaging;

namespace Pipeline.Indexing.Collections;

/// <summary>Begins deletions of collections.</summary>
public sealed class DeleteCollectionConsumer(CollectionRemoval removal) : IConsumer<DeleteCollection>
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<DeleteCollection> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return removal.BeginAsync(context.Message.Collection, context.CommandId(context.Message.CorrelationId), context.CancellationToken);
    }
}

/// <summary>Policy of the endpoint <c>collection-deletion</c>.</summary>
public sealed class DeleteCollectionConsumerDefinition()
    : PipelineConsumerDefinition<DeleteCollectionConsumer>("collection-deletion", stage: Stages.Index, acceptsRawJson: true, prefetch: 1, concurrency: 1);
