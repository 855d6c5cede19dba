using MassTransit;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Hashing;
using Pipeline.Messaging;
using Pipeline.Onnx;
using Pipeline.Storage;

namespace Pipeline.HashEncoding;

/// <summary>Encodes embeddings to binary codes, a batch at a time: one run of the encoder for all of them.</summary>
public sealed partial class HashConsumer(IBlobStore blobs, HashEncoder encoder, ILogger<HashConsumer> logger) : IConsumer<Batch<CnnExtracted>>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<Batch<CnnExtracted>> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var ct = context.CancellationToken;
        var read = await Task.WhenAll(context.Message.Select(item => ReadAsync(item, ct)));
        var present = read.Where(r => r.Embedding is not null).ToArray();
        var features = new float[present.Length * encoder.Dimensions];
        for (var i = 0; i < present.Length; i++)
        {
            present[i].Embedding!.CopyTo(features, i * encoder.Dimensions);
        }

        var codes = encoder.Encode(features, present.Length);
        var bytes = encoder.Bits / 8;
        await Task.WhenAll(present.Select((item, i) => PublishAsync(item.Item, codes[(i * bytes)..((i + 1) * bytes)], ct)));
    }

    private async Task<(ConsumeContext<CnnExtracted> Item, float[]? Embedding)> ReadAsync(ConsumeContext<CnnExtracted> item, CancellationToken ct)
    {
        if (await blobs.TryReadAsync(item.Message.FeatureKey, ct) is not { } stored)
        {
            // The image was deleted meanwhile; nobody waits for its code.
            LogGone(logger, item.Message.FeatureKey);
            return (item, null);
        }

        var embedding = CnnFeatures.ReadEmbedding(stored);
        return embedding.Length == encoder.Dimensions
            ? (item, embedding)
            : throw new InvalidDataException($"The embedding of {item.Message.ModelVersion} has {embedding.Length} dimensions; {encoder.Version} encodes {encoder.Dimensions}.");
    }

    private Task PublishAsync(ConsumeContext<CnnExtracted> item, byte[] code, CancellationToken ct)
    {
        var image = item.Message;
        return item.Publish(
            new HashEncoded
            {
                Collection = image.Collection,
                ImageId = image.ImageId,
                Code = code,
                Bits = encoder.Bits,
                EncoderVersion = encoder.Version,
                ModelVersion = image.ModelVersion,
            }.About(image),
            ct);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The features {Key} are gone: their image was deleted")]
    private static partial void LogGone(ILogger logger, string key);
}

/// <summary>Policy of the endpoint <c>hash-encoding</c>.</summary>
public sealed class HashConsumerDefinition()
    : PipelineConsumerDefinition<HashConsumer>("hash-encoding", stage: Stages.Hash, batchSize: 64, batchTime: TimeSpan.FromMilliseconds(20));
