using Pipeline.Imaging;
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
    public async Task<CnnFeatures> ExtractAsync(ReadOnlyMemory<byte> encoded, CancellationToken ct)
    {
        using var rgb = decoder.DecodeRgb(encoded, backbone.InputSize, backbone.InputSize);
        return await batcher.ExtractAsync(rgb.Memory, ct);
    }
}
