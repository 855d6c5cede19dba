using MassTransit;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Messaging;

namespace Pipeline.NeighbourMining.Vocabularies;

/// <summary>Trains vocabularies, one at a time.</summary>
public sealed class TrainVocabularyConsumer(CollectionTraining training) : IConsumer<TrainVocabulary>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<TrainVocabulary> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var command = context.Message with { CorrelationId = context.CommandId(context.Message.CorrelationId) };
        if (await training.RunAsync(command, context.CancellationToken) is { } published)
        {
            await context.Publish(published, context.CancellationToken);
        }
    }
}

/// <summary>Policy of the endpoint <c>vocabulary-training</c>: one training keeps all cores busy.</summary>
public sealed class TrainVocabularyConsumerDefinition()
    : PipelineConsumerDefinition<TrainVocabularyConsumer>("vocabulary-training", stage: Stages.Words, acceptsRawJson: true, prefetch: 1, concurrency: 1);
