using MassTransit;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Messaging;

namespace Pipeline.HashEncoding.Training;

/// <summary>Trains encoders, one collection at a time.</summary>
public sealed class TrainEncoderConsumer(CollectionEncoders training) : IConsumer<TrainEncoder>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<TrainEncoder> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var command = context.Message with { CorrelationId = context.CommandId(context.Message.CorrelationId) };
        if (await training.RunAsync(command, context.CancellationToken) is { } published)
        {
            await context.Publish(published, context.CancellationToken);
        }
    }
}

/// <summary>Policy of the endpoint <c>encoder-training</c>: one training keeps all cores busy.</summary>
public sealed class TrainEncoderConsumerDefinition()
    : PipelineConsumerDefinition<TrainEncoderConsumer>("encoder-training", stage: Stages.Training, acceptsRawJson: true, prefetch: 1, concurrency: 1);
