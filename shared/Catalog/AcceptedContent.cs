namespace Pipeline.Catalog;

/// <summary>What is known of an acceptable image's bytes.</summary>
/// <param name="ImageId">The image's id.</param>
/// <param name="ContentHash">Lower-case hexadecimal SHA-256 of the bytes.</param>
/// <param name="Format">Format by content.</param>
/// <param name="Width">Width in pixels, after EXIF rotation.</param>
/// <param name="Height">Height in pixels, after EXIF rotation.</param>
/// <param name="Bytes">Size in bytes.</param>
public sealed record AcceptedContent(Guid ImageId, string ContentHash, string Format, int Width, int Height, long Bytes);
