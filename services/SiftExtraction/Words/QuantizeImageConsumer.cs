using MassTransit;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;
using Pipeline.Neighbours;
using Pipeline.Sift;
using Pipeline.Storage;

namespace Pipeline.SiftExtraction.Words;

/// <summary>Makes bags of visual words of stored SIFT features: no image is decoded again for a new vocabulary.</summary>
public sealed partial class QuantizeImageConsumer(IBlobStore blobs, Vocabularies vocabularies, ILogger<QuantizeImageConsumer> logger)
    : IConsumer<QuantizeImage>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<QuantizeImage> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var image = context.Message;
        var ct = context.CancellationToken;
        var key = BlobKeys.Words(image.Collection, image.ImageId, image.Incarnation, image.VocabularyVersion);
        SparseRow words;
        if (await blobs.TryReadAsync(key, ct) is { } stored)
        {
            words = SparseRowFormat.Parse(stored);
        }
        else if (await blobs.TryReadAsync(image.FeatureKey, ct) is { } features)
        {
            var vocabulary = await vocabularies.GetAsync(image.VocabularyVersion, ct);
            words = vocabulary.Describe(SiftFeatures.Parse(features));
            await blobs.PutAsync(key, SparseRowFormat.Serialize(words), ct);
        }
        else
        {
            // The image was deleted meanwhile; nobody waits for its words.
            LogGone(logger, image.FeatureKey);
            return;
        }

        await context.Publish(
            new VisualWordsExtracted
            {
                Collection = image.Collection,
                ImageId = image.ImageId,
                WordsKey = key,
                VocabularyVersion = image.VocabularyVersion,
                Words = words.Count,
            }.About(image),
            ct);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The features {Key} are gone: their image was deleted")]
    private static partial void LogGone(ILogger logger, string key);
}

/// <summary>Policy of the endpoint <c>visual-words</c>: a new vocabulary's work on a whole collection has a queue of its own.</summary>
public sealed class QuantizeImageConsumerDefinition()
    : PipelineConsumerDefinition<QuantizeImageConsumer>("visual-words", stage: Stages.Words, separatesBulk: true);
