using MassTransit;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;

namespace Pipeline.HashEncoding;

/// <summary>
/// Encodes embeddings to binary codes, a batch at a time, each by the encoder that serves its collection. If that changes at the same
/// moment, whoever indexes the code asks for the right one.
/// </summary>
public sealed class HashConsumer(CollectionCatalog collections, StoredFeatures features) : IConsumer<Batch<CnnExtracted>>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<Batch<CnnExtracted>> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var ct = context.CancellationToken;
        var items = new List<(string FeatureKey, string? EncoderVersion)>(context.Message.Length);
        foreach (var item in context.Message)
        {
            var collection = await collections.GetAsync(item.Message.Collection, ct);
            items.Add((item.Message.FeatureKey, collection?.Active?.EncoderVersion ?? collection?.Settings.Encoder.Version));
        }

        var codes = await features.EncodeAsync(items, ct);
        await Task.WhenAll(context.Message.Select((item, i) => codes[i] is { } code ? PublishAsync(item, code, ct) : Task.CompletedTask));
    }

    private static Task PublishAsync(ConsumeContext<CnnExtracted> item, ImageCode code, CancellationToken ct)
    {
        var image = item.Message;
        return item.Publish(
            new HashEncoded
            {
                Collection = image.Collection,
                ImageId = image.ImageId,
                Code = code.Code,
                Bits = 8 * code.Code.Length,
                EncoderVersion = code.EncoderVersion,
                ModelVersion = image.ModelVersion,
            }.About(image),
            ct);
    }
}

/// <summary>Policy of the endpoint <c>hash-encoding</c>.</summary>
public sealed class HashConsumerDefinition()
    : PipelineConsumerDefinition<HashConsumer>("hash-encoding", stage: Stages.Hash, batchSize: 64, batchTime: TimeSpan.FromMilliseconds(20));
