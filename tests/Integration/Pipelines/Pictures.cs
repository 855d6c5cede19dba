using System.Security.Cryptography;
using Pipeline.Imaging;
using Pipeline.Tests.Unit.Imaging;

namespace Pipeline.Tests.Integration.Pipelines;

/// <summary>Picture files as cameras, scanners and browsers write them, and pictures that nobody has seen before.</summary>
internal static class Pictures
{
    public static byte[] AnimatedGif()
    {
        using var frames = TestImages.Scene(64, 96);
        return TestImages.Saved(frames, "gifsave_buffer", image => TestImages.Convert(image, "srgb"), save => save.Set("page-height", 48));
    }

    public static byte[] CmykJpeg() => SavedIn("cmyk", "jpegsave_buffer");

    public static byte[] SixteenBitPng() => SavedIn("rgb16", "pngsave_buffer");

    public static byte[] GreyPng() => SavedIn("b-w", "pngsave_buffer");

    /// <summary>A PNG of random pixels: every call makes another image.</summary>
    public static byte[] Unique(int width = 96, int height = 64)
    {
        using var pixels = PixelBuffer.From(RandomNumberGenerator.GetBytes(width * height * 3), width, height, 3);
        return ImageEncoder.EncodePng(pixels);
    }

    private static byte[] SavedIn(string space, string saver)
    {
        using var scene = TestImages.Scene();
        return TestImages.Saved(scene, saver, image => TestImages.Convert(image, space));
    }
}
