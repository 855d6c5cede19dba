using Pipeline.Imaging;

namespace Pipeline.Tests.EndToEnd.Gateway;

/// <summary>
/// What is uploaded: the smaller of the photographs that <c>infra/photos/fetch</c> gathered, where PIPELINE_PHOTOS names
/// them, else pictures drawn at random.
/// </summary>
internal static class Pictures
{
    private const int Count = 8;
    private const int Width = 480;
    private const int Height = 360;
    private static readonly ImageTransforms Transforms = new(new ImageDecoder(new ImagingOptions()));
    private static readonly IReadOnlyList<byte[]> Scenes = Load();

    /// <summary>Different scenes, up to eight.</summary>
    public static byte[] Scene(int number) => Scenes[number];

    /// <summary>A copy as the web makes them: cut, a little turned, compressed.</summary>
    public static byte[] Copy(byte[] picture) => Transforms.Render(picture, new ImageView { Crop = 0.8, RotationDegrees = 4, JpegQuality = 60 });

    /// <summary>The same view, compressed again.</summary>
    public static byte[] Recompressed(byte[] picture) => Transforms.Recompress(picture, 40);

    /// <summary>Random rectangles over one another; another seed is another scene.</summary>
    public static byte[] Drawn(int seed)
    {
        var random = new Random(seed);
        var pixels = new byte[Width * Height * 3];
        var colour = new byte[3];
        for (var i = 0; i < 300; i++)
        {
            int w = random.Next(8, 80), h = random.Next(8, 80), left = random.Next(0, Width - w), top = random.Next(0, Height - h);
            random.NextBytes(colour);
            for (var y = top; y < top + h; y++)
            {
                for (var x = left; x < left + w; x++)
                {
                    colour.CopyTo(pixels.AsSpan(((y * Width) + x) * 3));
                }
            }
        }

        using var buffer = PixelBuffer.From(pixels, Width, Height, 3);
        return ImageEncoder.EncodeJpeg(buffer);
    }

    private static IReadOnlyList<byte[]> Load()
    {
        if (Environment.GetEnvironmentVariable("PIPELINE_PHOTOS") is not { Length: > 0 } folder || !Directory.Exists(folder))
        {
            return [.. Enumerable.Range(1, Count).Select(Drawn)];
        }

        // The richest first: tests that need many features take those.
        var files = new DirectoryInfo(folder).GetFiles("*.*").Where(f => f.Extension is ".jpg" or ".png" && f.Length > 60_000).OrderBy(f => f.Length).Take(Count).Reverse();
        byte[][] photographs = [.. files.Select(f => File.ReadAllBytes(f.FullName))];
        return [.. photographs, .. Enumerable.Range(1, Count - photographs.Length).Select(Drawn)];
    }
}
