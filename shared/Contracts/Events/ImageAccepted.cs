namespace Pipeline.Contracts.Events;

/// <summary>The bytes are stored and their header is within limits: feature extraction may begin.</summary>
public sealed record ImageAccepted : ImageEvent
{
    /// <summary>Lower-case hexadecimal SHA-256 of the bytes.</summary>
    public required string ContentHash { get; init; }

    /// <summary>Blob key of the bytes.</summary>
    public required string BlobKey { get; init; }

    /// <summary>Format by content: <c>jpeg</c>, <c>png</c>, <c>webp</c>, <c>gif</c>, <c>tiff</c>, <c>avif</c>, <c>heic</c>.</summary>
    public required string Format { get; init; }

    /// <summary>Width in pixels, after EXIF rotation.</summary>
    public required int Width { get; init; }

    /// <summary>Height in pixels, after EXIF rotation.</summary>
    public required int Height { get; init; }
}
