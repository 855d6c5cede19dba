using MassTransit;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Messaging;

namespace Pipeline.CnnExtraction;

/// <summary>Embeds stored trunk activations by the head that a command names, and has codes made of the embeddings.</summary>
public sealed class EmbedImagesConsumer(HeadEmbedding heads, CollectionCatalog collections) : IConsumer<EmbedImages>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<EmbedImages> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var command = context.Message;
        var ct = context.CancellationToken;

        // What the model was given up for meanwhile would only leave blobs behind.
        if ((await collections.GetCurrentAsync(command.Collection, ct))?.Active?.Written().Any(generation => generation.ModelVersion == command.ModelVersion) == true)
        {
            var embedded = await heads.EmbedStoredAsync(command, ct);
            await Task.WhenAll(embedded.Select(image => context.Publish(ToEncode(command, image), ct)));
        }
    }

    private static EncodeImage ToEncode(EmbedImages command, ImageToEmbed image) => new()
    {
        Collection = command.Collection,
        Tenant = image.Tenant,
        ImageId = image.ImageId,
        Incarnation = image.Incarnation,
        CorrelationId = image.CorrelationId,
        Traffic = command.Traffic,
        FeatureKey = BlobKeys.Cnn(command.Collection, image.ImageId, image.Incarnation, command.ModelVersion),
        ModelVersion = command.ModelVersion,
        EncoderVersion = command.EncoderVersion,
    };
}

/// <summary>Policy of the endpoint <c>re-embedding</c>: a new model's work on a whole collection has a queue of its own.</summary>
public sealed class EmbedImagesConsumerDefinition()
    : PipelineConsumerDefinition<EmbedImagesConsumer>("re-embedding", stage: Stages.Cnn, separatesBulk: true);
