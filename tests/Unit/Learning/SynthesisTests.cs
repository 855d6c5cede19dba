using System.Numerics.Tensors;
using Pipeline.Learning.Losses;
using Pipeline.Learning.Synthesis;
using Pipeline.Onnx;
using Pipeline.Onnx.Graphs;
using Pipeline.Tests.Unit.Onnx;
using Pipeline.Tests.Unit.Onnx.Training;
using Xunit;

namespace Pipeline.Tests.Unit.Learning;

public sealed class SynthesisTests
{
    [Fact]
    public void Synthesised_inputs_are_taken_for_their_classes()
    {
        using var head = new CnnHead(Tail.Model, OnnxFixture.Sessions);
        var random = new Random(3);
        var classes = head.Embed([.. Enumerable.Range(0, 3).Select(_ =>
            (ReadOnlyMemory<Half>)Enumerable.Range(0, Tail.TrunkLength).Select(_ => (Half)((6 * random.NextSingle()) - 3)).ToArray())]);
        using var synthesis = new InputSynthesis(
            OnnxFixture.Sessions, Tail.Model, CnnHead.Input, [96, 7, 7], [.. classes.Select(row => row!)], new SynthesisOptions { PerClass = 2, Steps = 30 }, seed: 1);
        while (synthesis.Step < synthesis.Steps)
        {
            synthesis.Advance();
        }

        var inputs = synthesis.Inputs();
        Assert.Equal([0, 0, 1, 1, 2, 2], inputs.ClassOf);
        var features = head.Embed(inputs.Trunks);
        for (var i = 0; i < features.Length; i++)
        {
            var nearest = Enumerable.Range(0, 3).MaxBy(one => TensorPrimitives.Dot<float>(features[i], classes[one]));
            Assert.Equal(inputs.ClassOf[i], nearest);
        }
    }

    [Fact]
    public void A_model_without_batch_normalisation_says_nothing_of_what_it_has_seen()
    {
        var graph = new OnnxGraphBuilder("plain");
        string trunk = graph.Input("trunk", OnnxElementType.Float, "N", 4, 2, 2);
        graph.Output(graph.Node("Flatten", "embedding", [trunk]), OnnxElementType.Float, "N", 16);
        var error = Assert.Throws<ArgumentException>(() => new InputSynthesis(OnnxFixture.Sessions, graph.Build(), CnnHead.Input, [4, 2, 2], [], new(), seed: 1));
        Assert.Contains("no batch normalisation", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_drift_between_two_models_bounds_what_the_earlier_one_is_estimated_to_give()
    {
        var random = new Random(1);
        float[][] now = [.. Enumerable.Range(0, 50).Select(_ => Enumerable.Range(0, 40).Select(_ => random.NextSingle() + 0.1f).ToArray())];
        float[][] before = [.. now.Select(row => row.Select(value => value * (1 + (0.3f * random.NextSingle()) - 0.1f)).ToArray())];
        var drift = FeatureDrift.Between(before, now);
        Assert.InRange(drift.Low, -0.1, -0.07);
        Assert.InRange(drift.High, 0.17, 0.2);

        var estimate = new float[40];
        drift.Estimate(now[0], new Random(2), estimate);
        Assert.Equal(1, TensorPrimitives.Norm<float>(estimate), 1e-5);
        var ratios = estimate.Zip(now[0], (a, b) => a / b).ToArray();
        Assert.True(ratios.Max() / ratios.Min() <= (1 + drift.High) / (1 + drift.Low) + 1e-3);
    }

    [Fact]
    public void Features_that_do_not_match_have_no_drift() =>
        Assert.Throws<ArgumentException>(() => FeatureDrift.Between([[1f]], [[1f], [2f]]));
}
