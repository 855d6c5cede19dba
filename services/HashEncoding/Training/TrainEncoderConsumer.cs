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
        var command = context.Message;
        if (command.CorrelationId == Guid.Empty)
        {
            // A publisher who names no id means one training by one message.
            command = command with { CorrelationId = context.MessageId ?? throw new PermanentException(RejectionReasons.MalformedEvent, "correlationId is missing.") };
        }

        if (await training.RunAsync(command, context.CancellationToken) is { } published)
        {
            await context.Publish(published, context.CancellationToken);
        }
    }
}

/// <summary>Policy of the endpoint <c>encoder-training</c>: one training keeps all cores busy.</summary>
public sealed class TrainEncoderConsumerDefinition()
    : PipelineConsumerDefinition<TrainEncoderConsumer>("encoder-training", stage: Stages.Training, acceptsRawJson: true, prefetch: 1, concurrency: 1);
