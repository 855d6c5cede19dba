using Pipeline.Imaging;
using Pipeline.Sift;

namespace Pipeline.Tests.Unit.Sift;

/// <summary>Textured pictures with corners and blobs at all scales, and their features.</summary>
internal static class TestScenes
{
    private static readonly ImageDecoder Decoder = new(new ImagingOptions());

    /// <summary>Random rectangles over one another; another seed is another place.</summary>
    public static byte[] Picture(int seed, int width = 480, int height = 360)
    {
        var random = new Random(seed);
        var pixels = new byte[width * height * 3];
        for (var k = 0; k < 400; k++)
        {
            int w = random.Next(6, 60), h = random.Next(6, 60), x = random.Next(-20, width), y = random.Next(-20, height);
            var colour = new byte[3];
            random.NextBytes(colour);
            for (var row = Math.Max(0, y); row < Math.Min(height, y + h); row++)
            {
                for (var column = Math.Max(0, x); column < Math.Min(width, x + w); column++)
                {
                    colour.CopyTo(pixels, ((row * width) + column) * 3);
                }
            }
        }

        using var buffer = PixelBuffer.From(pixels, width, height, 3);
        return ImageEncoder.EncodePng(buffer);
    }

    public static byte[] View(byte[] picture, ImageView view) => new ImageTransforms(Decoder).Render(picture, view);

    public static SiftFeatures Features(byte[] encoded, SiftOptions? options = null)
    {
        options ??= new SiftOptions();
        using var gray = Decoder.DecodeGray(encoded, options.MaxSide);
        return new SiftExtractor(options).Extract(gray.Pixels, gray.Width, gray.Height);
    }

    /// <summary>Features that are given, not found.</summary>
    public static SiftFeatures Made(IReadOnlyList<(double X, double Y)> places, byte[] descriptors, int width = 640, int height = 480) => new(
        [.. places.Select(p => new Keypoint((float)p.X, (float)p.Y, 5, 0, 0.1f, 0))], descriptors, width, height);

    public static byte[] RandomDescriptors(int seed, int count)
    {
        var bytes = new byte[count * SiftFeatures.DescriptorSize];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
