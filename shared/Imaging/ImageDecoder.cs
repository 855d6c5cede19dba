using Pipeline.Imaging.Native;

namespace Pipeline.Imaging;

/// <summary>
/// Decodes untrusted images with libvips: limits first, from the header; then upright (EXIF), in sRGB, without alpha,
/// 8 bits a channel. The format is decided by content. Truncated and damaged files fail, they are not patched up.
/// </summary>
/// <remarks>Thread-safe. A call works on the caller's thread and leaves no native memory behind.</remarks>
/// <param name="options">The limits.</param>
public sealed class ImageDecoder(ImagingOptions options)
{
    /// <summary>Larger than any side, so that an image keeps its size.</summary>
    private const int AnySide = 10_000_000;

    /// <summary>Reads and checks the header; no pixel is decoded.</summary>
    /// <param name="encoded">The file.</param>
    /// <exception cref="ImageException">The image breaks a limit, has no supported format or a damaged header.</exception>
    public unsafe ImageHeader ReadHeader(ReadOnlyMemory<byte> encoded)
    {
        var format = CheckBytes(encoded.Span);
        using var pin = encoded.Pin();
        var source = new EncodedSource((byte*)pin.Pointer, encoded.Length, format);
        return Guard(() =>
        {
            using var image = source.Open();
            return CheckHeader(source, image);
        });
    }

    /// <summary>Decodes to luma (Rec. 601 weights on sRGB values, as JPEG has it), fitted into a square and never enlarged.</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="maxSide">The longest side of the result at most, in pixels.</param>
    /// <returns>One channel.</returns>
    /// <exception cref="ImageException">The image is refused.</exception>
    public PixelBuffer DecodeGray(ReadOnlyMemory<byte> encoded, int maxSide)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxSide, 1);
        return Decode(encoded, maxSide, maxSide, exact: false, gray: true);
    }

    /// <summary>Decodes to sRGB on white, stretched to exactly the given size (the input of a network).</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="width">Width of the result.</param>
    /// <param name="height">Height of the result.</param>
    /// <returns>Three channels.</returns>
    /// <exception cref="ImageException">The image is refused.</exception>
    public PixelBuffer DecodeRgb(ReadOnlyMemory<byte> encoded, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        return Decode(encoded, width, height, exact: true, gray: false);
    }

    /// <summary>Decodes to sRGB on white, fitted into a square and never enlarged; the aspect ratio is kept (thumbnails, views).</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="maxSide">The longest side of the result at most; null keeps the full size.</param>
    /// <returns>Three channels.</returns>
    /// <exception cref="ImageException">The image is refused.</exception>
    public PixelBuffer DecodeRgb(ReadOnlyMemory<byte> encoded, int? maxSide = null)
    {
        var side = maxSide ?? AnySide;
        ArgumentOutOfRangeException.ThrowIfLessThan(side, 1, nameof(maxSide));
        return Decode(encoded, side, side, exact: false, gray: false);
    }

    private static T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (VipsException e)
        {
            throw new ImageException(ImageFault.Corrupt, "The image cannot be decoded: " + e.Message, e);
        }
    }

    private unsafe PixelBuffer Decode(ReadOnlyMemory<byte> encoded, int width, int height, bool exact, bool gray)
    {
        var format = CheckBytes(encoded.Span);
        using var pin = encoded.Pin();
        var source = new EncodedSource((byte*)pin.Pointer, encoded.Length, format);
        return Guard(() =>
        {
            using var full = source.Open();
            var header = CheckHeader(source, full);
            var shrink = source.ShrinkOnLoad(ReductionFactor(header, width, height, exact));
            if (shrink == 1)
            {
                return Render(full, width, height, exact, gray);
            }

            using var reduced = source.Open(shrink);
            return Render(reduced, width, height, exact, gray);
        });
    }

    private static double ReductionFactor(ImageHeader header, int width, int height, bool exact) => exact
        ? Math.Min((double)header.Width / width, (double)header.Height / height)
        : (double)Math.Max(header.Width, header.Height) / width;

    private static PixelBuffer Render(VipsImage source, int width, int height, bool exact, bool gray)
    {
        // thumbnail_image rotates upright, applies an embedded profile, premultiplies alpha and resizes in the cheapest order.
        using var resize = new VipsOperation("thumbnail_image").Set("in", source)
            .Set("width", width).Set("height", height).Set("size", exact ? "force" : "down");
        if (source.HasProfile)
        {
            // Only then: without an embedded profile libvips would take an RGB image through a guessed one and shift its colours.
            resize.Set("export-profile", "srgb");
        }

        using var resized = resize.Run();

        var isGray = resized.Bands - (resized.HasAlpha ? 1 : 0) == 1;
        using var convert = new VipsOperation("colourspace").Set("in", resized).Set("space", gray && isGray ? "b-w" : "srgb");
        using var converted = convert.Run();
        using var flat = Flatten(converted);

        using var pixels = flat.ToMemory();
        return flat.Bands == 3 && gray
            ? Luma.FromRgb(pixels.Span, flat.Width, flat.Height)
            : PixelBuffer.From(pixels.Span, flat.Width, flat.Height, flat.Bands);
    }

    /// <summary>Alpha onto white, spare channels of a TIFF dropped, 8 bits.</summary>
    private static VipsImage Flatten(VipsImage image)
    {
        using var flatten = image.HasAlpha ? new VipsOperation("flatten").Set("in", image).Set("background", "255") : null;
        using var flattened = flatten?.Run();
        var opaque = flattened ?? image;

        var colours = opaque.Interpretation == VipsInterpretation.BlackWhite ? 1 : 3;
        using var select = new VipsOperation("extract_band").Set("in", opaque).Set("band", 0).Set("n", colours);
        using var selected = select.Run();
        using var cast = new VipsOperation("cast").Set("in", selected).Set("format", "uchar");
        return cast.Run();
    }

    private ImageFormat CheckBytes(ReadOnlySpan<byte> encoded)
    {
        if (encoded.IsEmpty)
        {
            throw new ImageException(ImageFault.Empty, "The file has no bytes.");
        }

        if (encoded.Length > options.MaxBytes)
        {
            throw new ImageException(ImageFault.TooManyBytes, $"{encoded.Length} bytes, {options.MaxBytes} are allowed.");
        }

        return FormatSniffer.Sniff(encoded)
            ?? throw new ImageException(ImageFault.UnsupportedFormat, "The content is no JPEG, PNG, WebP, GIF, TIFF, AVIF or HEIC.");
    }

    private ImageHeader CheckHeader(EncodedSource source, VipsImage image)
    {
        var pixels = (long)image.Width * image.Height;
        var limit = source.NeedsWholeImage(image) ? options.MaxBufferedPixels : options.MaxPixels;
        if (pixels > limit)
        {
            throw new ImageException(ImageFault.TooManyPixels, $"{image.Width}×{image.Height} pixels, {limit} are allowed for such a file.");
        }

        var frames = Math.Max(1, image.FindInt("n-pages") ?? 1);
        if (frames > options.MaxFrames)
        {
            throw new ImageException(ImageFault.TooManyFrames, $"{frames} frames, {options.MaxFrames} are allowed.");
        }

        if (Math.Min(image.Width, image.Height) < options.MinSide)
        {
            throw new ImageException(ImageFault.TooSmall, $"{image.Width}×{image.Height} pixels, each side needs {options.MinSide}.");
        }

        var format = source.ExactFormat(image);
        return image.Orientation >= 5
            ? new ImageHeader(format, image.Height, image.Width, frames)
            : new ImageHeader(format, image.Width, image.Height, frames);
    }
}
