namespace Pipeline.Imaging;

/// <summary>Why an image cannot be taken. All of them are permanent: the same bytes fail again.</summary>
public enum ImageFault
{
    /// <summary>There are no bytes.</summary>
    Empty,

    /// <summary>More bytes than <see cref="ImagingOptions.MaxBytes"/>.</summary>
    TooManyBytes,

    /// <summary>The content is no JPEG, PNG, WebP, GIF, TIFF, AVIF or HEIC, whatever its name says.</summary>
    UnsupportedFormat,

    /// <summary>Width × height is over <see cref="ImagingOptions.MaxPixels"/> or <see cref="ImagingOptions.MaxBufferedPixels"/>.</summary>
    TooManyPixels,

    /// <summary>More frames or pages than <see cref="ImagingOptions.MaxFrames"/>.</summary>
    TooManyFrames,

    /// <summary>A side is shorter than <see cref="ImagingOptions.MinSide"/>.</summary>
    TooSmall,

    /// <summary>A supported format by its first bytes, but truncated or damaged.</summary>
    Corrupt,
}
