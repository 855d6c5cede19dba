using Microsoft.ML.OnnxRuntime;
using Pipeline.Onnx;
using Pipeline.Onnx.Gguf;
using Xunit;

namespace Pipeline.Tests.Unit.Onnx;

public sealed class GgufImporterTests
{
    [Fact]
    public void Imports_the_default_backbone_bit_for_bit_reproducibly()
    {
        byte[] weights = File.ReadAllBytes(BackboneArtifact.DefaultWeightsPath);

        Assert.Equal(BackboneArtifact.DefaultSha256, ModelFiles.Sha256(GgufImporter.Import(weights)));
        Assert.Equal(BackboneArtifact.DefaultSha256, ModelFiles.Sha256(GgufImporter.Import(weights)));
    }

    [Fact]
    public void The_model_computes_what_plain_loops_over_the_weights_compute()
    {
        const int Side = 224;
        var planes = new float[3 * Side * Side];
        new PixelNormalisation(BackboneOptions.ImageNetMean, BackboneOptions.ImageNetDeviation).Apply(OnnxFixture.Picture(Side, 7), planes);
        GgufFile weights = GgufFile.Parse(File.ReadAllBytes(BackboneArtifact.DefaultWeightsPath));
        (double[] trunk, double[] embedding, double[] hidden) = new ReferenceNetwork(weights).Run(planes, Side);

        using InferenceSession session = OnnxFixture.Sessions.Create(OnnxFixture.DefaultBackbone);
        using var run = new RunOptions();
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(planes, [1, 3, Side, Side]);
        using var outputs = session.Run(run, ["input"], [input], ["trunk", "embedding", "fc1024"]);

        Assert.Equal([1, 96, 7, 7], outputs[0].GetTensorTypeAndShape().Shape);
        AssertClose(trunk, outputs[0].GetTensorDataAsSpan<float>());
        AssertClose(embedding, outputs[1].GetTensorDataAsSpan<float>());
        AssertClose(hidden, outputs[2].GetTensorDataAsSpan<float>());
    }

    [Theory]
    [InlineData(1, 16, 56)]
    [InlineData(8, 48, 14)]
    [InlineData(11, 96, 7)]
    public void The_tail_may_begin_after_any_block(int stage, int channels, int side)
    {
        byte[] model = GgufImporter.Import(File.ReadAllBytes(BackboneArtifact.DefaultWeightsPath), stage);
        using var backbone = new Backbone(model, new BackboneOptions(), OnnxFixture.Sessions);

        CnnFeatures features = backbone.Extract([new byte[backbone.ImageBytes]])[0];

        Assert.Equal([channels, side, side], features.TrunkShape);
        Assert.Equal(channels * side * side, features.Trunk.Length);
    }

    [Fact]
    public void Rejects_another_architecture()
    {
        byte[] file = new GgufBytes().Pair("general.architecture", 8, GgufBytes.Text("llama")).ToArray();
        var error = Assert.Throws<InvalidDataException>(() => GgufImporter.Import(file));
        Assert.Contains("llama", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_a_tensor_that_is_missing()
    {
        byte[] file = new GgufBytes()
            .Pair("general.architecture", 8, GgufBytes.Text("mobilenetv3-small"))
            .Pair("mobilenet.image_size", 4, BitConverter.GetBytes(224u))
            .Pair("mobilenet.bn_eps", 6, BitConverter.GetBytes(1e-3f))
            .ToArray();
        var error = Assert.Throws<InvalidDataException>(() => GgufImporter.Import(file));
        Assert.Contains("features.0.0.weight", error.Message, StringComparison.Ordinal);
    }

    private static void AssertClose(double[] expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        double error = 0, norm = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            error += Math.Pow(expected[i] - actual[i], 2);
            norm += expected[i] * expected[i];
        }

        Assert.InRange(Math.Sqrt(error / norm), 0, 1e-4);
    }
}
