using Pipeline.Onnx;
using Xunit;

namespace Pipeline.Tests.Unit.Onnx;

public sealed class ExpectedEmbeddingTests
{
    [Theory]
    [InlineData(0.0, 1.0, false)]
    [InlineData(-1.2, 0.7, false)]
    [InlineData(0.0, 1.0, true)]
    [InlineData(-2.5, 1.6, true)]
    [InlineData(4.0, -0.5, true)]
    public void The_integral_is_the_mean_of_samples(double shift, double scale, bool hardSwish)
    {
        var random = new Random(1);
        const int Samples = 400_000;
        double sum = 0, squares = 0;
        for (int i = 0; i < Samples; i++)
        {
            double t = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            double z = shift + (scale * t);
            double a = hardSwish ? z * Math.Clamp(z + 3, 0, 6) / 6 : Math.Max(z, 0);
            sum += a;
            squares += a * a;
        }

        double mean = sum / Samples;
        double standardError = Math.Sqrt(((squares / Samples) - (mean * mean)) / Samples);
        Assert.InRange(ExpectedEmbedding.Mean(shift, scale, hardSwish), mean - (4 * standardError) - 1e-3, mean + (4 * standardError) + 1e-3);
    }

    [Fact]
    public void The_default_backbone_has_a_centre_of_length_one()
    {
        float[]? centre = ExpectedEmbedding.Compute(OnnxFixture.DefaultBackbone);

        Assert.NotNull(centre);
        Assert.Equal(576, centre.Length);
        Assert.Equal(1, centre.Sum(value => value * value), 1e-5f);
    }

    [Fact]
    public void A_model_of_another_form_has_none() => Assert.Null(ExpectedEmbedding.Compute(OnnxFixture.RootOfMeans()));
}
