using Pipeline.CnnExtraction;
using Pipeline.Contracts;
using Pipeline.Imaging;
using Pipeline.Messaging;
using Pipeline.Onnx;
using Pipeline.Tests.Unit.Onnx;
using Xunit;

namespace Pipeline.Tests.Unit.CnnExtraction;

public sealed class CnnPipelineTests
{
    [Theory]
    [InlineData(0, 0f)]
    [InlineData(0, 0.5f)]
    public async Task A_picture_that_the_model_makes_nothing_of_is_refused_with_a_reason(byte brightness, float mean)
    {
        var refused = await Assert.ThrowsAsync<PermanentException>(() => ExtractAsync(brightness, mean));

        Assert.Equal(RejectionReasons.NoFeatures, refused.Reason);
    }

    [Fact]
    public async Task Any_other_picture_has_an_embedding_of_length_1() =>
        Assert.Equal(1, (await ExtractAsync(200, mean: 0)).Embedding.ToArray().Sum(value => value * value), 3);

    private static async Task<CnnFeatures> ExtractAsync(byte brightness, float mean)
    {
        var options = OnnxFixture.RootOfMeansOptions(maxBatch: 1);
        options.Mean = [mean, mean, mean];
        options.Std = [1, 1, 1];
        using var backbone = new Backbone(OnnxFixture.RootOfMeans(), options, OnnxFixture.Sessions);
        await using var batcher = new FeatureBatcher(backbone, options);
        var pixels = new byte[16 * 16 * 3];
        Array.Fill(pixels, brightness);
        using var picture = PixelBuffer.From(pixels, 16, 16, 3);
        return await new CnnPipeline(new ImageDecoder(new ImagingOptions()), backbone, batcher).ExtractAsync(ImageEncoder.EncodePng(picture), CancellationToken.None);
    }
}
