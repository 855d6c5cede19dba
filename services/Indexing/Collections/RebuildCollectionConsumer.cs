using MassTransit;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Messaging;

namespace Pipeline.Indexing.Collections;

/// <summary>Rebuilds collections, a part a message, so that a rebuild neither holds a message for long nor begins anew when it breaks off.</summary>
public sealed class RebuildCollectionConsumer(CollectionRebuilding rebuilding) : IConsumer<RebuildCollection>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<RebuildCollection> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var command = context.Message with { CorrelationId = context.CommandId(context.Message.CorrelationId) };
        if (await rebuilding.TurnAsync(command.Collection, command.CorrelationId, context, context.CancellationToken))
        {
            await context.Publish(command, context.CancellationToken);
        }
    }
}

/// <summary>Policy of the endpoint <c>collection-rebuild</c>.</summary>
public sealed class RebuildCollectionConsumerDefinition()
    : PipelineConsumerDefinition<RebuildCollectionConsumer>("collection-rebuild", stage: Stages.Index, acceptsRawJson: true, prefetch: 1, concurrency: 1);
