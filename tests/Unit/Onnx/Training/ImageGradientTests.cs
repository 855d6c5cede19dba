using Pipeline.Onnx.Graphs;
using Pipeline.Onnx.Training;
using Xunit;

namespace Pipeline.Tests.Unit.Onnx.Training;

public sealed class ImageGradientTests
{
    private static readonly GradientCheck Linear = GradientCheck.LinearInFloat;

    // Channels in and out, groups, kernel, stride, padding (top, left, bottom, right), dilation.
    [Theory]
    [InlineData(3, 4, 1, 1, 1, "0,0,0,0", 1)]
    [InlineData(4, 4, 2, 1, 1, "0,0,0,0", 1)]
    [InlineData(3, 4, 1, 1, 2, "0,0,0,0", 1)]
    [InlineData(2, 3, 1, 3, 1, "1,1,1,1", 1)]
    [InlineData(2, 3, 1, 3, 2, "1,1,1,1", 1)]
    [InlineData(2, 3, 1, 3, 2, "0,1,2,0", 1)]
    [InlineData(4, 6, 2, 3, 1, "1,0,1,2", 1)]
    [InlineData(4, 6, 2, 3, 3, "1,1,1,1", 1)]
    [InlineData(4, 4, 4, 5, 1, "2,2,2,2", 1)]
    [InlineData(4, 4, 4, 3, 2, "1,1,1,1", 1)]
    [InlineData(3, 6, 3, 3, 1, "1,1,1,1", 1)]
    [InlineData(2, 2, 1, 3, 1, "2,2,2,2", 2)]
    [InlineData(2, 2, 2, 3, 2, "1,2,1,2", 2)]
    [InlineData(2, 2, 1, 2, 1, "2,2,2,2", 1)]
    public void Convolutions(int inputs, int outputs, int groups, int kernel, int stride, string pads, int dilation)
    {
        string Convolve(GraphMath math, string[] p) => math.Graph.Node(
            "Conv", null, p,
            OnnxAttribute.Of("group", (long)groups),
            OnnxAttribute.Of("strides", stride, (long)stride),
            OnnxAttribute.Of("dilations", dilation, (long)dilation),
            OnnxAttribute.Of("pads", [.. pads.Split(',').Select(long.Parse)]));
        long[][] shapes = [[2, inputs, 6, 7], [outputs, inputs / groups, kernel, kernel], [outputs]];
        Linear.Run(Convolve, seed: 1, shapes);
        (Linear with { Fixed = i => i == 1 }).Run(Convolve, seed: 2, shapes);
    }

    [Fact]
    public void Batch_normalisation_with_frozen_statistics() => new GradientCheck().Run(
        (math, p) => math.Graph.Node(
            "BatchNormalization", null,
            [.. p, math.Graph.Constant("mean", [0.5, -1, 2], 3), math.Graph.Constant("variance", [0.5, 1, 2], 3)],
            OnnxAttribute.Of("epsilon", 1e-3f)),
        seed: 3, [2, 3, 2, 4], [3], [3]);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Squeeze_and_excitation(bool known) => (GradientCheck.CurvedInFloat with { Fixed = i => i > 0 || known }).Run(
        (math, p) =>
        {
            string x = math.Node("Conv", math.Node("GlobalAveragePool", p[0]), p[1], p[2]);
            return math.Multiply(math.HardSigmoid(x), p[0]);
        },
        seed: 4, [2, 3, 4, 5], [3, 3, 1, 1], [3]);

    [Theory]
    [InlineData(2, 2, "0,0,0,0", true)]
    [InlineData(3, 2, "1,1,1,1", true)]
    [InlineData(3, 1, "1,0,1,0", false)]
    public void Max_pooling(int kernel, int stride, string pads, bool known) => new GradientCheck { Fixed = _ => known }.Run(
        (math, p) => math.Graph.Node(
            "MaxPool", null, p,
            OnnxAttribute.Of("kernel_shape", kernel, (long)kernel),
            OnnxAttribute.Of("strides", stride, (long)stride),
            OnnxAttribute.Of("pads", [.. pads.Split(',').Select(long.Parse)])),
        seed: 5, [2, 2, 5, 6]);

    [Theory]
    [InlineData(2, 2, 0)]
    [InlineData(3, 2, 1)]
    public void Average_pooling(int kernel, int stride, int pad) => Linear.Run(
        (math, p) => math.Graph.Node(
            "AveragePool", null, p,
            OnnxAttribute.Of("kernel_shape", kernel, (long)kernel),
            OnnxAttribute.Of("strides", stride, (long)stride),
            OnnxAttribute.Of("pads", pad, pad, pad, (long)pad),
            OnnxAttribute.Of("count_include_pad", 1L)),
        seed: 6, [2, 2, 5, 6]);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Global_average_pooling(bool known) => (Linear with { Fixed = _ => known }).Run(
        (math, p) => math.Node("GlobalAveragePool", p[0]), seed: 8, [2, 3, 4, 5]);

    [Fact]
    public void Global_max_pooling() => (GradientCheck.CurvedInFloat with { Epsilon = 1e-3 }).Run(
        (math, p) => math.Node("GlobalMaxPool", p[0]), seed: 7, [2, 3, 3, 3]);
}
