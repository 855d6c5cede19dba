namespace Pipeline.Imaging;

/// <summary>Tells a format by its first bytes, so that a decoder is only ever started for a format that is wanted.</summary>
internal static class FormatSniffer
{
    /// <summary>The container, or null: <see cref="ImageFormat.Heic"/> stands for any HEIF file, AVIF included, until its header is read.</summary>
    internal static ImageFormat? Sniff(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
        {
            return ImageFormat.Jpeg;
        }

        if (bytes.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]))
        {
            return ImageFormat.Png;
        }

        if (bytes.StartsWith("GIF87a"u8) || bytes.StartsWith("GIF89a"u8))
        {
            return ImageFormat.Gif;
        }

        if (bytes.Length >= 12 && bytes.StartsWith("RIFF"u8) && bytes[8..12].SequenceEqual("WEBP"u8))
        {
            return ImageFormat.WebP;
        }

        // Version 42 is TIFF, 43 BigTIFF, in either byte order.
        if (bytes.StartsWith((ReadOnlySpan<byte>)[(byte)'I', (byte)'I', 42, 0]) || bytes.StartsWith((ReadOnlySpan<byte>)[(byte)'M', (byte)'M', 0, 42])
            || bytes.StartsWith((ReadOnlySpan<byte>)[(byte)'I', (byte)'I', 43, 0]) || bytes.StartsWith((ReadOnlySpan<byte>)[(byte)'M', (byte)'M', 0, 43]))
        {
            return ImageFormat.Tiff;
        }

        return bytes.Length >= 12 && bytes[4..8].SequenceEqual("ftyp"u8) && IsHeifBrand(bytes[8..12]) ? ImageFormat.Heic : null;
    }

    /// <summary>Brands of ISO 23008-12 and AVIF. Video brands (isom, mp42, qt) are not images.</summary>
    private static bool IsHeifBrand(ReadOnlySpan<byte> brand) =>
        brand.SequenceEqual("heic"u8) || brand.SequenceEqual("heix"u8) || brand.SequenceEqual("heim"u8) || brand.SequenceEqual("heis"u8)
        || brand.SequenceEqual("hevc"u8) || brand.SequenceEqual("hevx"u8) || brand.SequenceEqual("hevm"u8) || brand.SequenceEqual("hevs"u8)
        || brand.SequenceEqual("mif1"u8) || brand.SequenceEqual("msf1"u8) || brand.SequenceEqual("avif"u8) || brand.SequenceEqual("avis"u8);
}
