using Pipeline.Imaging.Native;

namespace Pipeline.Imaging;

/// <summary>Encodes pixels. Thread-safe.</summary>
public static class ImageEncoder
{
    /// <summary>Encodes as PNG, losslessly.</summary>
    /// <param name="image">1, 3 or 4 channels.</param>
    public static byte[] EncodePng(PixelBuffer image) => Encode(image, ImageFormat.Png);

    /// <summary>Encodes as baseline JPEG.</summary>
    /// <param name="image">1 or 3 channels.</param>
    /// <param name="quality">1 (worst) to 100.</param>
    public static byte[] EncodeJpeg(PixelBuffer image, int quality = 90) => Encode(image, ImageFormat.Jpeg, quality);

    /// <summary>Encodes in any format for which this machine's libvips has an encoder.</summary>
    /// <param name="image">1, 3 or 4 channels.</param>
    /// <param name="format">The format.</param>
    /// <param name="quality">1 (worst) to 100; PNG, GIF and TIFF are lossless and ignore it.</param>
    /// <exception cref="InvalidOperationException">The encoder is missing or failed.</exception>
    public static byte[] Encode(PixelBuffer image, ImageFormat format, int quality = 90)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
        using var pin = image.Memory.Pin();
        try
        {
            using var source = VipsImage.OverMemory(pin, image.Width, image.Height, image.Channels);
            return Encode(source, format, quality);
        }
        catch (VipsException e)
        {
            throw new InvalidOperationException($"{format} cannot be encoded: {e.Message}", e);
        }
    }

    internal static byte[] Encode(VipsImage image, ImageFormat format, int quality)
    {
        // libvips takes pixels in memory for multiband data; savers want to know that they are colours.
        using var copy = new VipsOperation("copy").Set("in", image).Set("interpretation", image.Bands < 3 ? "b-w" : "srgb");
        using var coloured = copy.Run();
        using var save = new VipsOperation(Saver(format)).Set("in", coloured).Set("strip", true);
        _ = format switch
        {
            ImageFormat.Jpeg or ImageFormat.WebP => save.Set("Q", quality),
            ImageFormat.Heic => save.Set("Q", quality).Set("bitdepth", 8).Set("compression", "hevc"),
            ImageFormat.Avif => save.Set("Q", quality).Set("bitdepth", 8).Set("compression", "av1"),
            _ => save,
        };
        return save.RunToBytes();
    }

    private static string Saver(ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => "jpegsave_buffer",
        ImageFormat.Png => "pngsave_buffer",
        ImageFormat.WebP => "webpsave_buffer",
        ImageFormat.Gif => "gifsave_buffer",
        ImageFormat.Tiff => "tiffsave_buffer",
        ImageFormat.Avif or ImageFormat.Heic => "heifsave_buffer",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "No such format."),
    };
}
