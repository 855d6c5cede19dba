using MassTransit;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;

namespace Pipeline.HashEncoding;

/// <summary>Encodes stored features by the encoder that a command names, a batch at a time.</summary>
public sealed class EncodeImageConsumer(StoredFeatures features) : IConsumer<Batch<EncodeImage>>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<Batch<EncodeImage>> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var ct = context.CancellationToken;
        var codes = await features.EncodeAsync(
            [.. context.Message.Select(item => (item.Message.FeatureKey, (string?)item.Message.EncoderVersion))], ct);
        await Task.WhenAll(context.Message.Select((item, i) => codes[i] is { } code ? PublishAsync(item, code, ct) : Task.CompletedTask));
    }

    private static Task PublishAsync(ConsumeContext<EncodeImage> item, ImageCode code, CancellationToken ct)
    {
        var image = item.Message;
        return item.Publish(
            new ImageReencoded
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

/// <summary>Policy of the endpoint <c>re-encoding</c>: a new encoder's work on a whole collection has a queue of its own.</summary>
public sealed class EncodeImageConsumerDefinition()
    : PipelineConsumerDefinition<EncodeImageConsumer>(
        "re-encoding", stage: Stages.Hash, separatesBulk: true, batchSize: 64, batchTime: TimeSpan.FromMilliseconds(20));
