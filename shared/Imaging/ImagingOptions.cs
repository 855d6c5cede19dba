namespace Pipeline.Imaging;

/// <summary>Limits which an image must keep. All of them are checked from the header, before any pixel is decoded.</summary>
public sealed class ImagingOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Imaging";

    /// <summary>Most bytes of an encoded image. Default 32 MiB.</summary>
    public long MaxBytes { get; set; } = 32L << 20;

    /// <summary>Most pixels (width × height) of an image that can be decoded row by row. Default 100 million.</summary>
    public long MaxPixels { get; set; } = 100_000_000;

    /// <summary>
    /// Most pixels of an image that its decoder must hold in memory as a whole: progressive JPEG, interlaced PNG, WebP, GIF, AVIF, HEIC.
    /// They cost up to 8 bytes a pixel. Default 50 million, which takes in the photographs of current telephones.
    /// </summary>
    public long MaxBufferedPixels { get; set; } = 50_000_000;

    /// <summary>
    /// Most frames or pages. Only the first is ever decoded, so this bounds the scan of the frame headers, not memory. Default 1000.
    /// </summary>
    public int MaxFrames { get; set; } = 1000;

    /// <summary>Shortest side, in pixels, that is accepted. Default 8.</summary>
    public int MinSide { get; set; } = 8;
}
