using MassTransit;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Messaging;

namespace Pipeline.NeighbourMining;

/// <summary>Repairs neighbour lists, one turn a message, so that a repair neither holds a message for long nor begins anew when it breaks off.</summary>
public sealed class RepairNeighboursConsumer(NeighbourSweep sweep) : IConsumer<RepairNeighbours>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<RepairNeighbours> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var command = context.Message with { CorrelationId = context.CommandId(context.Message.CorrelationId) };
        if (await sweep.TurnAsync(command.Collection, command.CorrelationId, context.CancellationToken))
        {
            await context.Publish(command, context.CancellationToken);
        }
    }
}

/// <summary>Policy of the endpoint <c>neighbour-repair</c>.</summary>
public sealed class RepairNeighboursConsumerDefinition()
    : PipelineConsumerDefinition<RepairNeighboursConsumer>("neighbour-repair", stage: Stages.Mining, acceptsRawJson: true, prefetch: 1, concurrency: 1);
