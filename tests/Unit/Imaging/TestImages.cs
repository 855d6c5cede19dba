using System.Buffers.Binary;
using Pipeline.Imaging;
using Pipeline.Imaging.Native;
using Xunit;

namespace Pipeline.Tests.Unit.Imaging;

/// <summary>Makes the inputs: a scene whose four quarters differ, and encodings of it that only odd cameras and attackers write.</summary>
internal static class TestImages
{
    public static readonly (byte R, byte G, byte B) TopLeft = (230, 40, 40);
    public static readonly (byte R, byte G, byte B) TopRight = (40, 200, 40);
    public static readonly (byte R, byte G, byte B) BottomLeft = (40, 40, 230);
    public static readonly (byte R, byte G, byte B) BottomRight = (220, 220, 60);

    /// <summary>RGB or, with 4 channels, RGBA whose right half is transparent.</summary>
    public static PixelBuffer Scene(int width = 64, int height = 48, int channels = 3)
    {
        var pixels = new byte[width * height * channels];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (r, g, b) = (y < height / 2, x < width / 2) switch
                {
                    (true, true) => TopLeft,
                    (true, false) => TopRight,
                    (false, true) => BottomLeft,
                    _ => BottomRight,
                };
                var p = ((y * width) + x) * channels;
                pixels[p] = r;
                pixels[p + 1] = g;
                pixels[p + 2] = b;
                if (channels == 4)
                {
                    pixels[p + 3] = (byte)(x < width / 2 ? 255 : 0);
                }
            }
        }

        return PixelBuffer.From(pixels, width, height, channels);
    }

    public static PixelBuffer Noise(int width, int height, int channels = 3)
    {
        var pixels = new byte[width * height * channels];
        new Random(7).NextBytes(pixels);
        return PixelBuffer.From(pixels, width, height, channels);
    }

    public static byte[] Encoded(ImageFormat format)
    {
        using var scene = Scene();
        return ImageEncoder.Encode(scene, format, 95);
    }

    /// <summary>Runs a chain of libvips operations on the scene and saves it with the given saver.</summary>
    public static byte[] Saved(PixelBuffer image, string saver, Func<VipsImage, VipsImage> change, Action<VipsOperation>? settings = null)
    {
        using var pin = image.Memory.Pin();
        using var source = VipsImage.OverMemory(pin, image.Width, image.Height, image.Channels);
        using var copy = new VipsOperation("copy").Set("in", source).Set("interpretation", image.Channels < 3 ? "b-w" : "srgb");
        using var coloured = copy.Run();
        using var changed = change(coloured);
        using var save = new VipsOperation(saver).Set("in", changed);
        settings?.Invoke(save);
        return save.RunToBytes();
    }

    public static VipsImage Convert(VipsImage image, string space)
    {
        using var convert = new VipsOperation("colourspace").Set("in", image).Set("space", space);
        return convert.Run();
    }

    /// <summary>The scene as it is stored when the tag says <paramref name="orientation"/>: a viewer that obeys the tag shows the scene.</summary>
    public static byte[] Oriented(int orientation, int width = 64, int height = 48)
    {
        using var scene = Scene(width, height);
        var stored = Unrotate(scene, orientation);
        using (stored)
        {
            return Tagged(stored, orientation);
        }
    }

    /// <summary>A JPEG with that EXIF orientation.</summary>
    public static byte[] Tagged(PixelBuffer pixels, int orientation)
    {
        var jpeg = ImageEncoder.EncodeJpeg(pixels, 95);
        // APP1 right behind SOI: "Exif\0\0", a little-endian TIFF header, IFD0 with the one tag 0x0112 (SHORT).
        byte[] exif =
        [
            0xFF, 0xE1, 0, 34, (byte)'E', (byte)'x', (byte)'i', (byte)'f', 0, 0,
            (byte)'I', (byte)'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, (byte)orientation, 0, 0, 0, 0, 0, 0, 0,
        ];
        return [.. jpeg.AsSpan(0, 2), .. exif, .. jpeg.AsSpan(2)];
    }

    /// <summary>A PNG of one colour and any size in a few bytes per row: the header and the checksums are right.</summary>
    public static byte[] FlatPng(int width, int height)
    {
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 1;
        Chunk(file, "IHDR", header);
        using var data = new MemoryStream();
        using (var zlib = new System.IO.Compression.ZLibStream(data, System.IO.Compression.CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var row = new byte[1 + ((width + 7) / 8)];
            for (var y = 0; y < height; y++)
            {
                zlib.Write(row);
            }
        }

        Chunk(file, "IDAT", data.ToArray());
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    public static (byte R, byte G, byte B) At(PixelBuffer image, double x, double y)
    {
        var p = (((int)(y * image.Height) * image.Width) + (int)(x * image.Width)) * 3;
        return (image.Pixels[p], image.Pixels[p + 1], image.Pixels[p + 2]);
    }

    public static void AssertNear((byte R, byte G, byte B) expected, (byte R, byte G, byte B) actual, int tolerance = 14)
    {
        var worst = Math.Max(Math.Abs(expected.R - actual.R), Math.Max(Math.Abs(expected.G - actual.G), Math.Abs(expected.B - actual.B)));
        Assert.True(worst <= tolerance, $"expected {expected}, got {actual}");
    }

    public static void AssertScene(PixelBuffer image, int tolerance = 14)
    {
        AssertNear(TopLeft, At(image, 0.25, 0.25), tolerance);
        AssertNear(TopRight, At(image, 0.75, 0.25), tolerance);
        AssertNear(BottomLeft, At(image, 0.25, 0.75), tolerance);
        AssertNear(BottomRight, At(image, 0.75, 0.75), tolerance);
    }

    private static PixelBuffer Unrotate(PixelBuffer scene, int orientation)
    {
        var swap = orientation >= 5;
        var (width, height) = swap ? (scene.Height, scene.Width) : (scene.Width, scene.Height);
        var stored = new byte[width * height * 3];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                // EXIF 2.3, tag 0x0112: where row y and column x of the stored image lie in the scene.
                var (sx, sy) = orientation switch
                {
                    1 => (x, y),
                    2 => (width - 1 - x, y),
                    3 => (width - 1 - x, height - 1 - y),
                    4 => (x, height - 1 - y),
                    5 => (y, x),
                    6 => (height - 1 - y, x),
                    7 => (height - 1 - y, width - 1 - x),
                    _ => (y, width - 1 - x),
                };
                scene.Pixels.Slice(((sy * scene.Width) + sx) * 3, 3).CopyTo(stored.AsSpan(((y * width) + x) * 3));
            }
        }

        return PixelBuffer.From(stored, width, height, 3);
    }

    private static void Chunk(MemoryStream file, string type, byte[] data)
    {
        byte[] body = [.. System.Text.Encoding.ASCII.GetBytes(type), .. data];
        var number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32(body));
        file.Write(number);
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xFFFFFFFFu;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var k = 0; k < 8; k++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
            }
        }

        return ~crc;
    }
}
