using Pipeline.Imaging.Native;

namespace Pipeline.Imaging;

/// <summary>Pinned encoded bytes and the one loader that their format needs.</summary>
internal readonly unsafe struct EncodedSource(byte* data, int length, ImageFormat format)
{
    private readonly byte* _data = data;
    private readonly int _length = length;
    private readonly ImageFormat _format = format;

    /// <summary>Reads the header. Pixels come later, in one pass from top to bottom, and fail on damage.</summary>
    /// <param name="shrink">1, or what <see cref="ShrinkOnLoad"/> said.</param>
    internal VipsImage Open(int shrink = 1)
    {
        using var load = new VipsOperation(Loader).Set("buffer", _data, _length).Set("access", "sequential").Set("fail-on", "error");
        if (shrink > 1)
        {
            _ = _format == ImageFormat.Jpeg ? load.Set("shrink", shrink) : load.Set("scale", 1.0 / shrink);
        }

        return load.Run();
    }

    /// <summary>
    /// By how much the decoder itself may reduce, when the whole reduction is <paramref name="factor"/>. At least a factor of
    /// two is left to the resampling filter, since the decoder's own is a mere box.
    /// </summary>
    internal int ShrinkOnLoad(double factor) => _format is not (ImageFormat.Jpeg or ImageFormat.WebP) ? 1 : factor switch
    {
        >= 16 => 8,
        >= 8 => 4,
        >= 4 => 2,
        _ => 1,
    };

    /// <summary>Whether the decoder has to hold all pixels of the image at once.</summary>
    internal bool NeedsWholeImage(VipsImage image) => _format switch
    {
        ImageFormat.Jpeg => image.FindInt("jpeg-multiscan") is > 0,
        ImageFormat.Png => image.FindInt("interlaced") is > 0,
        ImageFormat.Tiff => false,
        _ => true,
    };

    /// <summary>Tells AVIF from HEIC, which share a container.</summary>
    internal ImageFormat ExactFormat(VipsImage image) =>
        _format == ImageFormat.Heic && image.FindString("heif-compression") == "av1" ? ImageFormat.Avif : _format;

    private string Loader => _format switch
    {
        ImageFormat.Jpeg => "jpegload_buffer",
        ImageFormat.Png => "pngload_buffer",
        ImageFormat.WebP => "webpload_buffer",
        ImageFormat.Gif => "gifload_buffer",
        ImageFormat.Tiff => "tiffload_buffer",
        _ => "heifload_buffer",
    };
}
