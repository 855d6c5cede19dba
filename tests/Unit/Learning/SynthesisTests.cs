using System.Numerics.Tensors;
using Pipeline.Learning.Losses;
using Pipeline.Learning.Synthesis;
using Pipeline.Onnx;
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
        var (inputs, classOf) = new InputSynthesis(OnnxFixture.Sessions, new SynthesisOptions { PerClass = 2, Steps = 30 })
            .Synthesise(Tail.Model, "trunk", [96, 7, 7], [.. classes.Select(row => row!)], seed: 1);
        Assert.Equal([0, 0, 1, 1, 2, 2], classOf);
        var features = head.Embed([.. inputs.Select(values => (ReadOnlyMemory<Half>)values.Select(value => (Half)value).ToArray())]);
        for (var i = 0; i < features.Length; i++)
        {
            var nearest = Enumerable.Range(0, 3).MaxBy(one => TensorPrimitives.Dot<float>(features[i], classes[one]));
            Assert.Equal(classOf[i], nearest);
        }
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
