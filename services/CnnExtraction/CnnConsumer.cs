using MassTransit;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Extraction;
using Pipeline.Messaging;
using Pipeline.Storage;

namespace Pipeline.CnnExtraction;

/// <summary>Extracts an accepted image's CNN features (embedding and trunk activation), stores them, and says so.</summary>
public sealed class CnnConsumer(IBlobStore blobs, StoredImages images, CnnPipeline cnn) : IConsumer<ImageAccepted>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<ImageAccepted> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var image = context.Message;
        var ct = context.CancellationToken;
        var key = BlobKeys.Cnn(image.Collection, image.ImageId, image.Incarnation, cnn.ModelVersion);
        if (!await blobs.ExistsAsync(key, ct))
        {
            var features = await cnn.ExtractAsync(await images.ReadAsync(image, ct), ct);
            await blobs.PutAsync(key, features.Serialize(), ct);
        }

        await context.Publish(
            new CnnExtracted
            {
                Collection = image.Collection,
                ImageId = image.ImageId,
                FeatureKey = key,
                ModelVersion = cnn.ModelVersion,
                Dimensions = cnn.Dimensions,
            }.About(image),
            ct);
    }
}

/// <summary>Policy of the endpoint <c>cnn-extraction</c>.</summary>
public sealed class CnnConsumerDefinition() : PipelineConsumerDefinition<CnnConsumer>("cnn-extraction", stage: Stages.Cnn, separatesBulk: true);
