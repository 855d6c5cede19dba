using System.Diagnostics;
using System.Text;
using Pipeline.Imaging;
using Xunit;

namespace Pipeline.Tests.Unit.Imaging;

public sealed class ImageLimitTests
{
    private static ImageFault Fault(Func<object?> action) => Assert.Throws<ImageException>(action).Fault;

    private static ImageFault HeaderFault(byte[] encoded, ImagingOptions? options = null) =>
        Fault(() => new ImageDecoder(options ?? new ImagingOptions()).ReadHeader(encoded));

    private static ImageFault PixelFault(byte[] encoded)
    {
        var decoder = new ImageDecoder(new ImagingOptions());
        var gray = Fault(() => decoder.DecodeGray(encoded, 640));
        Assert.Equal(gray, Fault(() => decoder.DecodeRgb(encoded, 224, 224)));
        return gray;
    }

    [Fact]
    public void Rejects_an_empty_file() => Assert.Equal(ImageFault.Empty, HeaderFault([]));

    [Fact]
    public void Rejects_too_many_bytes() =>
        Assert.Equal(ImageFault.TooManyBytes, HeaderFault(TestImages.Encoded(ImageFormat.Png), new ImagingOptions { MaxBytes = 100 }));

    [Theory]
    [InlineData("hello, I am a photograph")]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"64\" height=\"64\"><rect width=\"64\" height=\"64\"/></svg>")]
    [InlineData("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj")]
    [InlineData("P3\n16 16\n255\n1 2 3")]
    [InlineData("#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n")]
    [InlineData("push graphic-context\nviewbox 0 0 640 480\nimage over 0,0 0,0 'https://127.0.0.1/x'")]
    [InlineData("\0\0\0\u0018ftypmp42")]
    [InlineData("B")]
    public void Rejects_what_is_no_image_of_ours_whatever_it_is_called(string content) =>
        Assert.Equal(ImageFault.UnsupportedFormat, PixelFault(Encoding.Latin1.GetBytes(content)));

    [Theory]
    [InlineData(ImageFormat.Jpeg)]
    [InlineData(ImageFormat.Png)]
    [InlineData(ImageFormat.WebP)]
    [InlineData(ImageFormat.Gif)]
    [InlineData(ImageFormat.Tiff)]
    [InlineData(ImageFormat.Avif)]
    [InlineData(ImageFormat.Heic)]
    public void Rejects_a_file_cut_off_anywhere(ImageFormat format)
    {
        using var noise = TestImages.Noise(160, 120);
        var encoded = ImageEncoder.Encode(noise, format, 90);
        foreach (var part in (double[])[0.02, 0.3, 0.6, 0.9])
        {
            Assert.Equal(ImageFault.Corrupt, PixelFault(encoded[..Math.Max(12, (int)(encoded.Length * part))]));
        }
    }

    [Fact]
    public void Rejects_a_png_with_damaged_pixels()
    {
        using var noise = TestImages.Noise(160, 120);
        var encoded = ImageEncoder.EncodePng(noise);
        encoded[encoded.Length / 2] ^= 0x55;
        Assert.Equal(ImageFault.Corrupt, PixelFault(encoded));
    }

    [Theory]
    [InlineData(ImageFormat.Jpeg)]
    [InlineData(ImageFormat.Gif)]
    [InlineData(ImageFormat.Tiff)]
    [InlineData(ImageFormat.WebP)]
    [InlineData(ImageFormat.Heic)]
    public void Survives_any_damage_with_pixels_or_a_clear_fault(ImageFormat format)
    {
        var random = new Random(5);
        var decoder = new ImageDecoder(new ImagingOptions());
        var original = TestImages.Encoded(format);
        for (var trial = 0; trial < 60; trial++)
        {
            var damaged = original.ToArray();
            for (var k = random.Next(1, 8); k > 0; k--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            try
            {
                using var image = decoder.DecodeRgb(damaged, 32, 32);
                Assert.Equal(32 * 32 * 3, image.Pixels.Length);
            }
            catch (ImageException e)
            {
                Assert.NotEqual(ImageFault.Empty, e.Fault);
            }
        }
    }

    [Fact]
    public void Rejects_one_pixel() => Assert.Equal(ImageFault.TooSmall, HeaderFault(TestImages.FlatPng(1, 1)));

    [Fact]
    public void Refuses_a_decompression_bomb_from_its_header()
    {
        var bomb = TestImages.FlatPng(20_000, 20_000);
        Assert.InRange(bomb.Length, 30_000, 80_000);
        HeaderFault(TestImages.FlatPng(1, 1)); // libvips has started

        var clock = Stopwatch.StartNew();
        for (var k = 0; k < 20; k++)
        {
            Assert.Equal(ImageFault.TooManyPixels, PixelFault(bomb));
        }

        // 40 refusals: to decode it as often takes the better part of a minute, and on a busy machine more.
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(15), $"{clock.Elapsed}");
    }

    [Fact]
    public void Holds_progressive_images_to_the_smaller_limit()
    {
        using var scene = TestImages.Scene(200, 100);
        var options = new ImagingOptions { MaxPixels = 30_000, MaxBufferedPixels = 10_000 };
        var baseline = ImageEncoder.EncodeJpeg(scene);
        var progressive = TestImages.Saved(scene, "jpegsave_buffer", i => TestImages.Convert(i, "srgb"), s => s.Set("interlace", true));
        Assert.Equal(200, new ImageDecoder(options).ReadHeader(baseline).Width);
        Assert.Equal(ImageFault.TooManyPixels, HeaderFault(progressive, options));
        using var image = new ImageDecoder(new ImagingOptions()).DecodeRgb(progressive);
        TestImages.AssertScene(image);
    }

    [Fact]
    public void Rejects_too_many_frames()
    {
        using var scene = TestImages.Scene(64, 96);
        var gif = TestImages.Saved(scene, "gifsave_buffer", i => TestImages.Convert(i, "srgb"), s => s.Set("page-height", 16));
        Assert.Equal(6, new ImageDecoder(new ImagingOptions()).ReadHeader(gif).Frames);
        Assert.Equal(ImageFault.TooManyFrames, HeaderFault(gif, new ImagingOptions { MaxFrames = 5 }));
    }

    [Fact]
    public void The_validator_takes_the_defaults_and_refuses_nonsense()
    {
        var validator = new ImagingOptionsValidator();
        Assert.True(validator.Validate(null, new ImagingOptions()).Succeeded);
        var nonsense = new ImagingOptions { MaxBytes = 0, MaxPixels = -1, MaxFrames = 0, MinSide = 0 };
        Assert.Equal(5, validator.Validate(null, nonsense).Failures!.Count());
    }
}
