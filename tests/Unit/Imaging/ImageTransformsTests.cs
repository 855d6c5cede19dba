using Pipeline.Imaging;
using Xunit;

namespace Pipeline.Tests.Unit.Imaging;

public sealed class ImageTransformsTests
{
    private static readonly ImageDecoder Decoder = new(new ImagingOptions());
    private readonly ImageTransforms _transforms = new(Decoder);
    private readonly byte[] _scene = TestImages.Encoded(ImageFormat.Png);

    [Fact]
    public void Crops_the_centre()
    {
        using var image = Decoder.DecodeRgb(_transforms.Crop(_scene, 0.5));
        Assert.Equal((32, 24), (image.Width, image.Height));
        TestImages.AssertScene(image);
    }

    [Fact]
    public void Rotates_anticlockwise()
    {
        using var image = Decoder.DecodeRgb(_transforms.Rotate(_scene, 90));
        Assert.Equal((48, 64), (image.Width, image.Height));
        TestImages.AssertNear(TestImages.TopRight, TestImages.At(image, 0.25, 0.25));
        TestImages.AssertNear(TestImages.TopLeft, TestImages.At(image, 0.25, 0.75));
        using var slanted = Decoder.DecodeRgb(_transforms.Rotate(_scene, 30));
        Assert.True(slanted.Width > 64 && slanted.Height > 48);
        TestImages.AssertNear((128, 128, 128), TestImages.At(slanted, 0, 0));
    }

    [Fact]
    public void Scales_both_sides()
    {
        using var image = Decoder.DecodeRgb(_transforms.Scale(_scene, 0.5));
        Assert.Equal((32, 24), (image.Width, image.Height));
        TestImages.AssertScene(image);
    }

    [Fact]
    public void Brightens_and_clamps()
    {
        using var image = Decoder.DecodeRgb(_transforms.Brighten(_scene, 1.5));
        TestImages.AssertNear((255, 60, 60), TestImages.At(image, 0.25, 0.25));
        using var dark = Decoder.DecodeRgb(_transforms.Brighten(_scene, 0.5));
        TestImages.AssertNear((20, 100, 20), TestImages.At(dark, 0.75, 0.25));
    }

    [Fact]
    public void Strong_compression_makes_a_smaller_file()
    {
        using var noise = TestImages.Noise(128, 128);
        var png = ImageEncoder.EncodePng(noise);
        Assert.True(_transforms.Recompress(png, 10).Length * 4 < _transforms.Recompress(png, 95).Length);
    }

    [Fact]
    public void Applies_all_steps_at_once()
    {
        using var noise = TestImages.Noise(400, 300);
        var view = new ImageView { Crop = 0.5, RotationDegrees = 180, Scale = 2, Brightness = 0.9, JpegQuality = 40 };
        var header = Decoder.ReadHeader(_transforms.Render(ImageEncoder.EncodePng(noise), view, maxSide: 200));
        Assert.Equal(new ImageHeader(ImageFormat.Jpeg, 200, 150, 1), header);
    }

    [Fact]
    public void A_thumbnail_keeps_the_aspect_ratio()
    {
        var header = Decoder.ReadHeader(_transforms.Thumbnail(_scene, 32));
        Assert.Equal(new ImageHeader(ImageFormat.Jpeg, 32, 24, 1), header);
    }

    [Fact]
    public void Refuses_values_out_of_range()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _transforms.Crop(_scene, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => _transforms.Scale(_scene, 100));
        Assert.Throws<ArgumentOutOfRangeException>(() => _transforms.Rotate(_scene, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => _transforms.Recompress(_scene, 0));
    }
}
