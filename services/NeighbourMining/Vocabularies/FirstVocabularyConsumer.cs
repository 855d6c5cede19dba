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
    CollectionCatalog collections, ImageCatalog images, VocabularyCatalog vocabularies, FirstVocabulary beginnings, IOptions<VocabularyTrainingOptions> options)
    : IConsumer<ImageIndexed>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<ImageIndexed> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var collection = context.Message.Collection;
        var ct = context.CancellationToken;
        if (context.Message.SiftVersion is null || await collections.GetAsync(collection, ct) is not { } record)
        {
            return;
        }

        if (record is { Settings.Vocabulary.Version: { } version, Active.VocabularyVersion: null })
        {
            await beginnings.BeginAsync(record, version, published => context.Publish(published, ct), ct);
            return;
        }

        if (!(record.Settings.Vocabulary.Automatic ?? options.Value.Automatic))
        {
            return;
        }

        await vocabularies.AskAutomaticallyAsync(
            collection,
            options.Value.RetryAfter,
            async token => await collections.GetAsync(collection, token) is { Active: { VocabularyVersion: null } }
                && await images.HaveFeaturesAsync(collection, Stages.Sift, options.Value.MinImages, token),
            training => new TrainVocabulary { Collection = collection, CorrelationId = training },
            command => context.Publish(command, ct),
            ct);
    }
}

/// <summary>Policy of the endpoint <c>first-vocabulary</c>.</summary>
public sealed class FirstVocabularyConsumerDefinition()
    : PipelineConsumerDefinition<FirstVocabularyConsumer>("first-vocabulary", stage: Stages.Words, prefetch: 32, concurrency: 1);
