using Microsoft.ML.OnnxRuntime;
using Pipeline.Onnx;
using Pipeline.Onnx.Graphs;
using Xunit;

namespace Pipeline.Tests.Unit.Onnx;

public sealed class OnnxGraphEditorTests
{
    private const int Side = 224;

    [Fact]
    public void The_tail_of_the_default_backbone_goes_on_where_its_trunk_ends()
    {
        var planes = new float[2 * 3 * Side * Side];
        var normalisation = new PixelNormalisation(BackboneOptions.ImageNetMean, BackboneOptions.ImageNetDeviation);
        normalisation.Apply(OnnxFixture.Picture(Side, 1), planes.AsSpan(0, planes.Length / 2));
        normalisation.Apply(OnnxFixture.Picture(Side, 2), planes.AsSpan(planes.Length / 2));
        byte[] tail = OnnxGraphEditor.Extract(OnnxFixture.DefaultBackbone, ["trunk"], ["embedding"]);
        Assert.InRange(tail.Length, 1, OnnxFixture.DefaultBackbone.Length - 1);

        using InferenceSession whole = OnnxFixture.Sessions.Create(OnnxFixture.DefaultBackbone);
        using InferenceSession end = OnnxFixture.Sessions.Create(tail);
        using var run = new RunOptions();
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(planes, [2, 3, Side, Side]);
        using var expected = whole.Run(run, ["input"], [input], ["trunk", "embedding"]);
        using var actual = end.Run(run, ["trunk"], [expected[0]], ["embedding"]);

        Assert.Equal([2, 576], actual[0].GetTensorTypeAndShape().Shape);
        float[] wanted = expected[1].GetTensorDataAsSpan<float>().ToArray(), got = actual[0].GetTensorDataAsSpan<float>().ToArray();
        Assert.All(wanted.Zip(got), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Fact]
    public void The_same_cut_gives_the_same_bytes() => Assert.Equal(
        OnnxGraphEditor.Extract(OnnxFixture.DefaultBackbone, ["trunk"], ["embedding"]),
        OnnxGraphEditor.Extract(OnnxFixture.DefaultBackbone, ["trunk"], ["embedding"]));

    [Theory]
    [InlineData("stem", "embedding", "stem")]
    [InlineData("trunk", "logits", "logits")]
    [InlineData("embedding", "trunk", "input")]
    public void A_cut_that_cannot_be_made_is_refused_by_name(string from, string to, string named)
    {
        var error = Assert.Throws<InvalidDataException>(() => OnnxGraphEditor.Extract(OnnxFixture.DefaultBackbone, [from], [to]));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cut_may_begin_at_a_value_of_which_the_model_says_nothing()
    {
        byte[] end = OnnxGraphEditor.Extract(OnnxFixture.DefaultBackbone, ["features.12.0"], ["embedding"]);
        using InferenceSession session = OnnxFixture.Sessions.Create(end);
        Assert.Equal(["features.12.0"], session.InputNames);
    }

    [Fact]
    public void Replaces_weights_and_nothing_else()
    {
        var graph = new OnnxGraphBuilder("sum");
        string sum = graph.Node("Add", "y", [graph.Input("x", OnnxElementType.Float, 2), graph.Constant("w", [1f, 2f], 2)]);
        graph.Output(sum, OnnxElementType.Float, 2);
        byte[] model = graph.Build();

        byte[] other = OnnxGraphEditor.WithInitializers(model, new Dictionary<string, float[]> { ["w"] = [5, 7] });

        using InferenceSession session = OnnxFixture.Sessions.Create(other);
        using var run = new RunOptions();
        using OrtValue x = OrtValue.CreateTensorValueFromMemory([1f, 1f], [2]);
        using var y = session.Run(run, ["x"], [x], ["y"]);
        Assert.Equal([6, 8], y[0].GetTensorDataAsSpan<float>().ToArray());
        Assert.Equal(model, OnnxGraphEditor.WithInitializers(other, new Dictionary<string, float[]> { ["w"] = [1, 2] }));
        Assert.Throws<InvalidDataException>(() => OnnxGraphEditor.WithInitializers(model, new Dictionary<string, float[]> { ["v"] = [1, 2] }));
        Assert.Throws<InvalidDataException>(() => OnnxGraphEditor.WithInitializers(model, new Dictionary<string, float[]> { ["w"] = [1] }));
    }
}
