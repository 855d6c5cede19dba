using Pipeline.Contracts;
using Pipeline.Imaging;
using Pipeline.Messaging;
using Pipeline.Onnx;

namespace Pipeline.CnnExtraction;

/// <summary>From encoded bytes to CNN features.</summary>
public sealed class CnnPipeline(ImageDecoder decoder, Backbone backbone, FeatureBatcher batcher)
{
    /// <summary>The model artifact.</summary>
    public string ModelVersion => backbone.Version;

    /// <summary>Length of the embedding.</summary>
    public int Dimensions => backbone.Dimensions;

    /// <summary>Decodes to the network's input and extracts, in a batch with whatever else is asked for at the moment.</summary>
    /// <exception cref="ImageException">The bytes cannot be decoded.</exception>
    /// <exception cref="PermanentException">The model makes nothing of the picture; an embedding of zeros has no direction to compare.</exception>
    public async Task<CnnFeatures> ExtractAsync(ReadOnlyMemory<byte> encoded, CancellationToken ct)
    {
        using var rgb = decoder.DecodeRgb(encoded, backbone.InputSize, backbone.InputSize);
        try
        {
            var features = await batcher.ExtractAsync(rgb.Memory, ct);
            return features.Embedding.Span.ContainsAnyExcept(0f)
                ? features
                : throw new PermanentException(RejectionReasons.NoFeatures, "The model gives an embedding of zeros.");
        }
        catch (InvalidDataException notFinite)
        {
            throw new PermanentException(RejectionReasons.NoFeatures, notFinite.Message);
        }
    }
}
