using Pipeline.Imaging;
using Pipeline.Imaging.Native;
using Xunit;

namespace Pipeline.Tests.Unit.Imaging;

public sealed class ImageDecoderTests
{
    private readonly ImageDecoder _decoder = new(new ImagingOptions());

    [Theory]
    [InlineData(ImageFormat.Jpeg)]
    [InlineData(ImageFormat.Png)]
    [InlineData(ImageFormat.WebP)]
    [InlineData(ImageFormat.Gif)]
    [InlineData(ImageFormat.Tiff)]
    [InlineData(ImageFormat.Avif)]
    [InlineData(ImageFormat.Heic)]
    public void Decodes_every_format_to_the_same_scene(ImageFormat format)
    {
        var encoded = TestImages.Encoded(format);

        Assert.Equal(new ImageHeader(format, 64, 48, 1), _decoder.ReadHeader(encoded));
        using var full = _decoder.DecodeRgb(encoded);
        Assert.Equal((64, 48, 3), (full.Width, full.Height, full.Channels));
        TestImages.AssertScene(full);
        using var stretched = _decoder.DecodeRgb(encoded, 20, 30);
        Assert.Equal((20, 30), (stretched.Width, stretched.Height));
        TestImages.AssertScene(stretched);
        using var gray = _decoder.DecodeGray(encoded, 32);
        Assert.Equal((32, 24, 1), (gray.Width, gray.Height, gray.Channels));
        Assert.InRange(gray.Pixels[(6 * 32) + 8], 86, 106); // 0.299·230 + 0.587·40 + 0.114·40
        Assert.InRange(gray.Pixels[(6 * 32) + 24], 124, 144);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Turns_every_exif_orientation_upright(int orientation)
    {
        var encoded = TestImages.Oriented(orientation);

        Assert.Equal(new ImageHeader(ImageFormat.Jpeg, 64, 48, 1), _decoder.ReadHeader(encoded));
        using var full = _decoder.DecodeRgb(encoded);
        Assert.Equal((64, 48), (full.Width, full.Height));
        TestImages.AssertScene(full);
        using var stretched = _decoder.DecodeRgb(encoded, 40, 16);
        Assert.Equal((40, 16), (stretched.Width, stretched.Height));
        TestImages.AssertScene(stretched);
        using var gray = _decoder.DecodeGray(encoded, 32);
        Assert.Equal((32, 24), (gray.Width, gray.Height));
    }

    [Theory]
    [InlineData("tiffsave_buffer", 48, 64)]
    [InlineData("webpsave_buffer", 48, 64)]
    [InlineData("heifsave_buffer", 64, 48)] // HEIF turns by a box of its own; its EXIF tag is for information only
    public void Obeys_the_orientation_tag_in_other_formats(string saver, int width, int height)
    {
        using var scene = TestImages.Scene();
        var encoded = TestImages.Saved(scene, saver, image =>
        {
            var tagged = TestImages.Convert(image, "srgb");
            NativeMethods.SetInt(tagged, "orientation", 6);
            return tagged;
        });
        var header = _decoder.ReadHeader(encoded);
        Assert.Equal((width, height), (header.Width, header.Height));
        using var image = _decoder.DecodeRgb(encoded);
        Assert.Equal((width, height), (image.Width, image.Height));
        TestImages.AssertNear(width < height ? TestImages.BottomLeft : TestImages.TopLeft, TestImages.At(image, 0.25, 0.25));
    }

    [Fact]
    public void Turns_upright_when_the_decoder_itself_shrinks()
    {
        using var image = _decoder.DecodeRgb(TestImages.Oriented(6, 1200, 800), 60, 40);
        Assert.Equal((60, 40), (image.Width, image.Height));
        TestImages.AssertScene(image);
    }

    [Fact]
    public void Reads_a_cmyk_jpeg()
    {
        using var scene = TestImages.Scene();
        var encoded = TestImages.Saved(scene, "jpegsave_buffer", image => TestImages.Convert(image, "cmyk"), save => save.Set("Q", 95));
        using var image = _decoder.DecodeRgb(encoded);
        Assert.Equal(3, image.Channels);
        TestImages.AssertScene(image, 90); // the printing gamut is smaller, the hues stay
        using var gray = _decoder.DecodeGray(encoded, 64);
        Assert.Equal(1, gray.Channels);
    }

    [Theory]
    [InlineData("rgb16", 14)]
    [InlineData("grey16", 0)]
    [InlineData("b-w", 0)]
    public void Reads_deep_and_grey_pngs(string space, int tolerance)
    {
        using var scene = TestImages.Scene();
        var encoded = TestImages.Saved(scene, "pngsave_buffer", image => TestImages.Convert(image, space));
        using var image = _decoder.DecodeRgb(encoded);
        Assert.Equal(3, image.Channels);
        if (tolerance > 0)
        {
            TestImages.AssertScene(image, tolerance);
        }
        else
        {
            var (r, g, b) = TestImages.At(image, 0.75, 0.75);
            Assert.True(r == g && g == b && r > 180);
        }

        using var gray = _decoder.DecodeGray(encoded, 64);
        Assert.Equal((64, 48, 1), (gray.Width, gray.Height, gray.Channels));
        Assert.True(gray.Pixels[^1] > 180);
    }

    [Fact]
    public void Applies_an_embedded_profile()
    {
        using var scene = TestImages.Scene();
        foreach (var profile in (string[])["srgb", "p3"])
        {
            // The same colours, stored as the profile wants them: a reader that ignores a P3 profile sees duller ones.
            var encoded = TestImages.Saved(scene, "pngsave_buffer", image =>
            {
                using var export = new VipsOperation("icc_transform").Set("in", image).Set("output-profile", profile).Set("input-profile", "srgb");
                return export.Run();
            });
            using var image = _decoder.DecodeRgb(encoded);
            TestImages.AssertScene(image, 3);
        }
    }

    [Fact]
    public void Flattens_alpha_on_white()
    {
        using var scene = TestImages.Scene(channels: 4);
        var encoded = ImageEncoder.EncodePng(scene);
        using var image = _decoder.DecodeRgb(encoded, 32, 24);
        TestImages.AssertNear(TestImages.TopLeft, TestImages.At(image, 0.25, 0.25));
        TestImages.AssertNear((255, 255, 255), TestImages.At(image, 0.75, 0.25), 0);
        using var gray = _decoder.DecodeGray(encoded, 32);
        Assert.Equal(1, gray.Channels);
        Assert.Equal(255, gray.Pixels[31]);
    }

    [Fact]
    public void Decodes_the_first_frame_of_an_animation_and_counts_them()
    {
        using var scene = TestImages.Scene(64, 96);
        // Saved as two frames of 48 rows: the upper half of the scene is the first.
        var encoded = TestImages.Saved(scene, "gifsave_buffer", image => TestImages.Convert(image, "srgb"), save => save.Set("page-height", 48));
        Assert.Equal(new ImageHeader(ImageFormat.Gif, 64, 48, 2), _decoder.ReadHeader(encoded));
        using var image = _decoder.DecodeRgb(encoded);
        Assert.Equal(48, image.Height);
        TestImages.AssertNear(TestImages.TopLeft, TestImages.At(image, 0.25, 0.75));
        TestImages.AssertNear(TestImages.TopRight, TestImages.At(image, 0.75, 0.75));
    }

    [Fact]
    public void Never_enlarges_for_luma()
    {
        using var gray = _decoder.DecodeGray(TestImages.Encoded(ImageFormat.Png), 640);
        Assert.Equal((64, 48), (gray.Width, gray.Height));
    }

    [Fact]
    public void A_grey_image_keeps_its_values()
    {
        var values = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();
        using var ramp = PixelBuffer.From(values, 16, 16, 1);
        using var gray = _decoder.DecodeGray(ImageEncoder.EncodePng(ramp), 16);
        Assert.Equal(values, gray.Pixels.ToArray());
        using var rgb = PixelBuffer.From([.. values.SelectMany(v => new[] { v, v, v })], 16, 16, 3);
        using var luma = _decoder.DecodeGray(ImageEncoder.EncodePng(rgb), 16);
        Assert.Equal(values, luma.Pixels.ToArray());
    }

    [Fact]
    public void Many_threads_decode_alike_and_leave_no_native_memory()
    {
        using var noise = TestImages.Noise(400, 300);
        var encoded = ImageEncoder.EncodeJpeg(noise);
        using var expected = _decoder.DecodeRgb(encoded, 100, 70);
        var reference = expected.Pixels.ToArray();
        var failures = 0;
        Parallel.For(0, 100, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ =>
        {
            using var image = _decoder.DecodeRgb(encoded, 100, 70);
            if (!image.Pixels.SequenceEqual(reference))
            {
                Interlocked.Increment(ref failures);
            }
        });
        Assert.Equal(0, failures);
        // Other tests may hold an image at this moment; a hundred leaked ones would be 36 MB.
        Assert.True(NativeMethods.TrackedMemory() < 20u << 20);
    }
}
