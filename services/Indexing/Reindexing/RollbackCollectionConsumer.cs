using MassTransit;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Messaging;

namespace Pipeline.Indexing.Reindexing;

/// <summary>Lets a collection's previous generation serve again.</summary>
public sealed class RollbackCollectionConsumer(GenerationChange change) : IConsumer<RollbackCollection>
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<RollbackCollection> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return change.RollBackAsync(context.Message with { CorrelationId = context.CommandId(context.Message.CorrelationId) }, context.CancellationToken);
    }
}

/// <summary>Policy of the endpoint <c>rollback</c>: one after the other.</summary>
public sealed class RollbackCollectionConsumerDefinition()
    : PipelineConsumerDefinition<RollbackCollectionConsumer>("rollback", stage: Stages.Index, acceptsRawJson: true, prefetch: 1, concurrency: 1);
