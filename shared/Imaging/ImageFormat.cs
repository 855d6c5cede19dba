namespace Pipeline.Imaging;

/// <summary>The formats that are read, decided by content alone.</summary>
public enum ImageFormat
{
    /// <summary>JPEG (ISO 10918), baseline or progressive, grey, YCbCr or CMYK.</summary>
    Jpeg,

    /// <summary>PNG, 1 to 16 bits.</summary>
    Png,

    /// <summary>WebP, lossy or lossless; the first frame of an animation.</summary>
    WebP,

    /// <summary>GIF; the first frame.</summary>
    Gif,

    /// <summary>TIFF and BigTIFF; the first page.</summary>
    Tiff,

    /// <summary>AV1 in HEIF.</summary>
    Avif,

    /// <summary>HEVC in HEIF.</summary>
    Heic,
}
