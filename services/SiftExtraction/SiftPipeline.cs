using Pipeline.Imaging;
using Pipeline.Sift;

namespace Pipeline.SiftExtraction;

/// <summary>From encoded bytes to SIFT features.</summary>
public sealed class SiftPipeline(ImageDecoder decoder, SiftExtractor extractor, SiftOptions options)
{
    /// <summary>Version of the settings that features depend on.</summary>
    public string Version => options.Version;

    /// <summary>Decodes to grey, bounded in size, and extracts.</summary>
    /// <exception cref="ImageException">The bytes cannot be decoded.</exception>
    public SiftFeatures Extract(ReadOnlyMemory<byte> encoded)
    {
        using var gray = decoder.DecodeGray(encoded, options.MaxSide);
        return extractor.Extract(gray.Pixels, gray.Width, gray.Height);
    }
}
