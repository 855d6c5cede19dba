using Pipeline.Onnx;
using Xunit;

namespace Pipeline.Tests.Unit.Onnx;

public sealed class PixelNormalisationTests
{
    private static readonly PixelNormalisation Normalisation = new(BackboneOptions.ImageNetMean, BackboneOptions.ImageNetDeviation);

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(47)]
    [InlineData(256)]
    public void Vector_and_scalar_paths_give_the_same_bits(int pixels)
    {
        var rgb = new byte[3 * pixels];
        new Random(pixels).NextBytes(rgb);
        var vector = new float[3 * pixels];
        var scalar = new float[3 * pixels];

        Normalisation.Apply(rgb, vector);
        Normalisation.ApplyScalar(rgb, scalar, pixels, 0);

        Assert.Equal(scalar, vector);
    }

    [Fact]
    public void Separates_channels_and_normalises_them()
    {
        var planes = new float[6];
        Normalisation.Apply([255, 0, 51, 0, 255, 102], planes);

        float[] expected =
        [
            (1 - 0.485f) / 0.229f, -0.485f / 0.229f, -0.456f / 0.224f, (1 - 0.456f) / 0.224f, (0.2f - 0.406f) / 0.225f, (0.4f - 0.406f) / 0.225f,
        ];
        Assert.All(expected.Zip(planes), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }
}
