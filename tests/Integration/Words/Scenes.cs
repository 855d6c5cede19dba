using Pipeline.Imaging;

namespace Pipeline.Tests.Integration.Words;

/// <summary>Textured places, each seen from several sides.</summary>
internal static class Scenes
{
    private const int Width = 200;
    private const int Height = 150;
    private const int Room = 40;

    /// <summary>A PNG: random rectangles over one another, another window of them for each view.</summary>
    public static byte[] View(int scene, int view)
    {
        var random = new Random(scene);
        int width = Width + Room, height = Height + Room;
        var pixels = new byte[width * height * 3];
        for (var k = 0; k < 250; k++)
        {
            int w = random.Next(5, 40), h = random.Next(5, 40), left = random.Next(-10, width), top = random.Next(-10, height);
            var colour = new byte[3];
            random.NextBytes(colour);
            for (var y = Math.Max(0, top); y < Math.Min(height, top + h); y++)
            {
                for (var x = Math.Max(0, left); x < Math.Min(width, left + w); x++)
                {
                    colour.CopyTo(pixels, ((y * width) + x) * 3);
                }
            }
        }

        var window = new byte[Width * Height * 3];
        int dx = view * 7 % Room, dy = view * 5 % Room;
        for (var y = 0; y < Height; y++)
        {
            pixels.AsSpan((((y + dy) * width) + dx) * 3, Width * 3).CopyTo(window.AsSpan(y * Width * 3));
        }

        return Encode(window, Width, Height);
    }

    /// <summary>The first views of scenes in a row, scene by scene.</summary>
    public static IEnumerable<byte[]> Views(int firstScene, int scenes, int views = 1) =>
        from scene in Enumerable.Range(firstScene, scenes) from view in Enumerable.Range(0, views) select View(scene, view);

    /// <summary>A PNG without any structure; another one for each shade.</summary>
    public static byte[] Plain(byte shade)
    {
        var pixels = new byte[64 * 48 * 3];
        Array.Fill(pixels, shade);
        return Encode(pixels, 64, 48);
    }

    private static byte[] Encode(byte[] pixels, int width, int height)
    {
        using var buffer = PixelBuffer.From(pixels, width, height, 3);
        return ImageEncoder.EncodePng(buffer);
    }
}
