namespace Pipeline.Imaging;

/// <summary>What the header says.</summary>
/// <param name="Format">The format, by content.</param>
/// <param name="Width">Pixels, after EXIF rotation.</param>
/// <param name="Height">Pixels, after EXIF rotation.</param>
/// <param name="Frames">Frames or pages, at least 1; only the first is decoded.</param>
public sealed record ImageHeader(ImageFormat Format, int Width, int Height, int Frames);
