using MassTransit;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Messaging;

namespace Pipeline.ModelUpdating.Training;

/// <summary>Updates models, one collection at a time.</summary>
public sealed class UpdateModelConsumer(CollectionUpdates updates) : IConsumer<UpdateModel>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<UpdateModel> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var command = context.Message with { CorrelationId = context.CommandId(context.Message.CorrelationId) };
        if (await updates.RunAsync(command, (progress, ct) => context.Publish(progress, ct), context.CancellationToken) is { } published)
        {
            await context.Publish(published, context.CancellationToken);
        }
    }
}

/// <summary>Policy of the endpoint <c>model-updating</c>: one training keeps all cores busy.</summary>
public sealed class UpdateModelConsumerDefinition()
    : PipelineConsumerDefinition<UpdateModelConsumer>("model-updating", stage: Stages.Training, acceptsRawJson: true, prefetch: 1, concurrency: 1);
