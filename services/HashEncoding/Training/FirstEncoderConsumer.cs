using MassTransit;
using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;

namespace Pipeline.HashEncoding.Training;

/// <summary>Asks for a collection's first trained encoder once it has enough images, so that nobody needs to.</summary>
public sealed class FirstEncoderConsumer(
    CollectionCatalog collections, ImageCatalog images, EncoderCatalog trainings, IOptions<EncoderTrainingOptions> options)
    : IConsumer<ImageIndexed>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<ImageIndexed> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var collection = context.Message.Collection;
        var ct = context.CancellationToken;
        if (context.Message.ModelVersion is null
            || !((await collections.GetAsync(collection, ct))?.Settings.Encoder.Automatic ?? options.Value.Automatic))
        {
            return;
        }

        await trainings.AskAutomaticallyAsync(
            collection,
            options.Value.RetryAfter,
            token => images.HaveFeaturesAsync(collection, Stages.Cnn, options.Value.MinImages, token),
            training => new TrainEncoder { Collection = collection, CorrelationId = training },
            command => context.Publish(command, ct),
            ct);
    }
}

/// <summary>Policy of the endpoint <c>first-encoder</c>.</summary>
public sealed class FirstEncoderConsumerDefinition()
    : PipelineConsumerDefinition<FirstEncoderConsumer>("first-encoder", stage: Stages.Training, prefetch: 32, concurrency: 1);
