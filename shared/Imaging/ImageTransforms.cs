using Pipeline.Imaging.Native;

namespace Pipeline.Imaging;

/// <summary>Makes changed copies of images, from encoded bytes to JPEG: queries with known truth, thumbnails. Thread-safe.</summary>
/// <param name="decoder">Decodes, and so limits, the input.</param>
public sealed class ImageTransforms(ImageDecoder decoder)
{
    /// <summary>Keeps the centre: <paramref name="fraction"/> of each side.</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="fraction">In (0, 1].</param>
    public byte[] Crop(ReadOnlyMemory<byte> encoded, double fraction) => Render(encoded, new ImageView { Crop = fraction });

    /// <summary>Rotates anticlockwise.</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="degrees">Any angle.</param>
    public byte[] Rotate(ReadOnlyMemory<byte> encoded, double degrees) => Render(encoded, new ImageView { RotationDegrees = degrees });

    /// <summary>Scales both sides.</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="factor">In (0, 8].</param>
    public byte[] Scale(ReadOnlyMemory<byte> encoded, double factor) => Render(encoded, new ImageView { Scale = factor });

    /// <summary>Multiplies all values, clamped at white.</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="factor">In (0, 16].</param>
    public byte[] Brighten(ReadOnlyMemory<byte> encoded, double factor) => Render(encoded, new ImageView { Brightness = factor });

    /// <summary>Encodes again as JPEG.</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="quality">1..100.</param>
    public byte[] Recompress(ReadOnlyMemory<byte> encoded, int quality) => Render(encoded, new ImageView { JpegQuality = quality });

    /// <summary>A small upright JPEG that keeps the aspect ratio.</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="maxSide">The longest side at most.</param>
    /// <param name="quality">1..100.</param>
    /// <exception cref="ImageException">The image is refused.</exception>
    public byte[] Thumbnail(ReadOnlyMemory<byte> encoded, int maxSide = 256, int quality = 80)
    {
        using var pixels = decoder.DecodeRgb(encoded, maxSide);
        return ImageEncoder.EncodeJpeg(pixels, quality);
    }

    /// <summary>Applies all steps of a view with one decoding and one encoding.</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="view">What to change.</param>
    /// <param name="maxSide">Fits the image into a square first; null keeps its size.</param>
    /// <returns>A JPEG.</returns>
    /// <exception cref="ImageException">The image is refused.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value of the view is out of its range.</exception>
    public byte[] Render(ReadOnlyMemory<byte> encoded, ImageView view, int? maxSide = null)
    {
        ArgumentNullException.ThrowIfNull(view);
        Check(view);
        using var pixels = decoder.DecodeRgb(encoded, maxSide);
        using var pin = pixels.Memory.Pin();
        using var source = VipsImage.OverMemory(pin, pixels.Width, pixels.Height, pixels.Channels);

        var width = Math.Max(1, (int)Math.Round(pixels.Width * view.Crop));
        var height = Math.Max(1, (int)Math.Round(pixels.Height * view.Crop));
        using var crop = new VipsOperation("extract_area").Set("input", source)
            .Set("left", (pixels.Width - width) / 2).Set("top", (pixels.Height - height) / 2).Set("width", width).Set("height", height);
        using var cropped = crop.Run();

        // vips counts clockwise, y pointing down.
        using var rotate = new VipsOperation("rotate").Set("in", cropped).Set("angle", -view.RotationDegrees).Set("background", "128");
        using var rotated = view.RotationDegrees == 0 ? null : rotate.Run();

        using var resize = new VipsOperation("resize").Set("in", rotated ?? cropped).Set("scale", view.Scale);
        using var resized = resize.Run();
        using var linear = new VipsOperation("linear").Set("in", resized).Set("a", view.Brightness).Set("b", 0.0).Set("uchar", true);
        using var lit = linear.Run();
        return ImageEncoder.Encode(lit, ImageFormat.Jpeg, view.JpegQuality);
    }

    private static void Check(ImageView view)
    {
        if (view is not { Crop: > 0 and <= 1, Scale: > 0 and <= 8, Brightness: > 0 and <= 16, JpegQuality: >= 1 and <= 100 }
            || !double.IsFinite(view.RotationDegrees))
        {
            throw new ArgumentOutOfRangeException(nameof(view), view, "A value of the view is out of its range.");
        }
    }
}
