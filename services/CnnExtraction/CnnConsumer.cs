using MassTransit;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Extraction;
using Pipeline.Messaging;
using Pipeline.Onnx;
using Pipeline.Storage;

namespace Pipeline.CnnExtraction;

/// <summary>
/// Extracts an accepted image's CNN features (embedding and trunk activation), stores them, and says so. If a head serves the collection, its
/// embedding is stored besides. If that changes at the same moment, whoever indexes the image asks for the right one.
/// </summary>
public sealed class CnnConsumer(IBlobStore blobs, StoredImages images, CnnPipeline cnn, CollectionCatalog collections, HeadEmbedding heads)
    : IConsumer<ImageAccepted>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<ImageAccepted> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var image = context.Message;
        var ct = context.CancellationToken;
        var served = (await collections.GetAsync(image.Collection, ct))?.Active;
        var model = served?.BackboneVersion == cnn.ModelVersion ? served.ModelVersion : cnn.ModelVersion;
        var dimensions = model == cnn.ModelVersion ? cnn.Dimensions : served!.Dimensions;
        var key = KeyOf(image, model);
        if (!await blobs.ExistsAsync(key, ct))
        {
            var features = await ExtractAsync(image, isTrunkNeeded: model != cnn.ModelVersion, ct);
            if (model != cnn.ModelVersion)
            {
                var embedding = await heads.EmbedAsync(model, features!, ct)
                    ?? throw new PermanentException(RejectionReasons.NoFeatures, "The model gives no embedding.");
                await blobs.PutAsync(key, new CnnFeatures(embedding, default, []).Serialize(), ct);
            }
        }

        await context.Publish(
            new CnnExtracted
            {
                Collection = image.Collection,
                ImageId = image.ImageId,
                FeatureKey = key,
                ModelVersion = model,
                BackboneVersion = model == cnn.ModelVersion ? null : cnn.ModelVersion,
                Dimensions = dimensions,
            }.About(image),
            ct);
    }

    /// <summary>The backbone's features, extracted and stored unless they are.</summary>
    private async Task<CnnFeatures?> ExtractAsync(ImageAccepted image, bool isTrunkNeeded, CancellationToken ct)
    {
        var key = KeyOf(image, cnn.ModelVersion);
        if (isTrunkNeeded && await blobs.TryReadAsync(key, ct) is { } stored)
        {
            return CnnFeatures.Parse(stored);
        }

        var features = await cnn.ExtractAsync(await images.ReadAsync(image, ct), ct);
        await blobs.PutAsync(key, features.Serialize(), ct);
        return features;
    }

    private static string KeyOf(ImageAccepted image, string model) => BlobKeys.Cnn(image.Collection, image.ImageId, image.Incarnation, model);
}

/// <summary>Policy of the endpoint <c>cnn-extraction</c>.</summary>
public sealed class CnnConsumerDefinition() : PipelineConsumerDefinition<CnnConsumer>("cnn-extraction", stage: Stages.Cnn, separatesBulk: true);
