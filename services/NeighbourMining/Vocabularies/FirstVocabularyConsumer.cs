using MassTransit;
using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;

namespace Pipeline.NeighbourMining.Vocabularies;

/// <summary>Asks for a collection's first vocabulary once it has enough images, so that nobody needs to.</summary>
public sealed class FirstVocabularyConsumer(
    CollectionCatalog collections, ImageCatalog images, VocabularyCatalog vocabularies, IOptions<VocabularyTrainingOptions> options)
    : IConsumer<ImageIndexed>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<ImageIndexed> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var collection = context.Message.Collection;
        var ct = context.CancellationToken;
        if (!options.Value.Automatic
            || context.Message.SiftVersion is null
            || await collections.GetAsync(collection, ct) is not { Active: { VocabularyVersion: null } }
            || await images.CountAsync(collection, ImageStatus.Indexed, ct) < options.Value.MinImages
            || !await vocabularies.IsAskingDueAsync(collection, options.Value.RetryAfter, ct)
            || !await HasEnoughFeaturesAsync(collection, ct)
            || await vocabularies.AskAutomaticallyAsync(collection, options.Value.RetryAfter, ct) is not { } training)
        {
            return;
        }

        var command = new TrainVocabulary { Collection = collection, CorrelationId = training };
        await vocabularies.RequestAsync(command, ct);
        await context.Publish(command, ct);
        await vocabularies.AskedAutomaticallyAsync(collection, training, ct);
    }

    /// <summary>Images without features are few: the count of all says when it is worth looking.</summary>
    private async Task<bool> HasEnoughFeaturesAsync(string collection, CancellationToken ct)
    {
        var count = 0;
        await foreach (var image in images.WithSiftAsync(collection, ImageStatus.Indexed, ct))
        {
            if (++count == options.Value.MinImages)
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>Policy of the endpoint <c>first-vocabulary</c>.</summary>
public sealed class FirstVocabularyConsumerDefinition()
    : PipelineConsumerDefinition<FirstVocabularyConsumer>("first-vocabulary", stage: Stages.Words, prefetch: 32, concurrency: 1);
