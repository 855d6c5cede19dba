using MassTransit;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Extraction;
using Pipeline.Messaging;
using Pipeline.Sift;
using Pipeline.Storage;

namespace Pipeline.SiftExtraction;

/// <summary>Extracts an accepted image's SIFT features, stores them, and says so.</summary>
public sealed class SiftConsumer(IBlobStore blobs, StoredImages images, SiftPipeline sift) : IConsumer<ImageAccepted>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<ImageAccepted> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var image = context.Message;
        var ct = context.CancellationToken;
        var key = BlobKeys.Sift(image.Collection, image.ImageId, image.Incarnation, sift.Version);
        SiftFeatures features;
        if (await blobs.TryReadAsync(key, ct) is { } stored)
        {
            features = SiftFeatures.Parse(stored);
        }
        else
        {
            features = sift.Extract(await images.ReadAsync(image, ct));
            await blobs.PutAsync(key, features.Serialize(), ct);
        }

        await context.Publish(
            new SiftExtracted
            {
                Collection = image.Collection,
                ImageId = image.ImageId,
                FeatureKey = key,
                SiftVersion = sift.Version,
                Keypoints = features.Count,
            }.About(image),
            ct);
    }
}

/// <summary>Policy of the endpoint <c>sift-extraction</c>.</summary>
public sealed class SiftConsumerDefinition() : PipelineConsumerDefinition<SiftConsumer>("sift-extraction", stage: Stages.Sift, separatesBulk: true);
