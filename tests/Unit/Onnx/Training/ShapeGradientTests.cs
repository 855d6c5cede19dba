using Pipeline.Onnx.Graphs;
using Xunit;

namespace Pipeline.Tests.Unit.Onnx.Training;

public sealed class ShapeGradientTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Rows_taken_several_times_get_the_sum(bool known) => new GradientCheck { Fixed = _ => known }.Run(
        (math, p) => math.Gather(p[0], math.Integers(2, 0, 2, -1)), seed: 1, [4, 3]);

    [Fact]
    public void Slices_of_an_inner_axis_by_a_matrix_of_numbers() => new GradientCheck().Run(
        (math, p) => math.Gather(p[0], math.Graph.Constant("numbers", [1L, 0, 1, 2], 2, 2), axis: 1), seed: 2, [2, 3, 2]);

    [Fact]
    public void Dropout_of_a_network_that_only_answers_drops_nothing() =>
        new GradientCheck { Type = OnnxElementType.Float, Epsilon = 0.25, Tolerance = 2e-4 }.Run((math, p) => math.Node("Dropout", p[0]), seed: 8, [3, 4]);

    [Theory]
    [InlineData(1, 1, 4, 1)]
    [InlineData(0, 0, 5, 2)]
    [InlineData(1, -1, -5, -2)]
    public void Part_of_an_axis(long axis, long start, long end, long step) =>
        new GradientCheck().Run((math, p) => math.Slice(p[0], axis, start, end, step), seed: 3, [5, 4]);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Values_one_after_the_other(bool known) => new GradientCheck { Fixed = _ => known }.Run(
        (math, p) => math.Concat(-1, p[0], p[1], p[0]), seed: 4, [2, 3], [2, 1]);

    [Fact]
    public void A_value_cut_to_pieces_of_which_one_is_not_used() => new GradientCheck().Run(
        (math, p) =>
        {
            math.Graph.NodeWithOutputs("Split", ["a", "b", "c"], [p[0], math.Integers(1, 2, 1)], OnnxAttribute.Of("axis", 1L));
            return math.Concat(1, math.Square("c"), "a");
        },
        seed: 5, [3, 4]);

    [Fact]
    public void Other_shapes_and_orders_of_axes() => new GradientCheck().Run(
        (math, p) => math.Square(math.Reshape(math.Transpose(math.Reshape(p[0], 2, 3, 4), 1, 2, 0), -1, 4)), seed: 6, [6, 4]);

    [Fact]
    public void Axes_of_size_one_added_and_removed() => new GradientCheck().Run(
        (math, p) => math.Graph.Node(
            "Flatten", null, [math.Node("Squeeze", math.Node("Unsqueeze", p[0], math.Integers(0, 2)), math.Integers(0))],
            OnnxAttribute.Of("axis", 1L)),
        seed: 7, [2, 3]);
}
