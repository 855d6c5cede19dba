using MassTransit;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Messaging;

namespace Pipeline.Indexing.Reindexing;

/// <summary>Gives up the generation that is being filled.</summary>
public sealed class CancelReindexConsumer(GenerationChange change) : IConsumer<CancelReindex>
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<CancelReindex> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return change.CancelAsync(context.Message with { CorrelationId = context.CommandId(context.Message.CorrelationId) }, context.CancellationToken);
    }
}

/// <summary>Policy of the endpoint <c>reindex-cancel</c>: one after the other.</summary>
public sealed class CancelReindexConsumerDefinition()
    : PipelineConsumerDefinition<CancelReindexConsumer>("reindex-cancel", stage: Stages.Index, acceptsRawJson: true, prefetch: 1, concurrency: 1);
