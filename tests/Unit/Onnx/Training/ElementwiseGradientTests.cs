using Pipeline.Onnx.Training;
using Xunit;

namespace Pipeline.Tests.Unit.Onnx.Training;

public sealed class ElementwiseGradientTests
{
    public static TheoryData<string> Smooth => ["Sigmoid", "Tanh", "Exp", "Neg", "Identity"];

    public static TheoryData<string> Positive => ["Log", "Sqrt", "Reciprocal"];

    public static TheoryData<string> Kinked => ["Relu", "Abs"];

    [Theory]
    [MemberData(nameof(Smooth))]
    public void Functions_of_one_number(string type) =>
        new GradientCheck().Run((math, p) => math.Node(type, p[0]), seed: 1, [3, 4]);

    [Theory]
    [MemberData(nameof(Positive))]
    public void Functions_of_one_positive_number(string type) =>
        new GradientCheck { Draw = x => 0.6 + (x / 2) }.Run((math, p) => math.Node(type, p[0]), seed: 2, [5, 2]);

    [Theory]
    [MemberData(nameof(Kinked))]
    public void Functions_with_a_kink_away_from_it(string type) => Away().Run((math, p) => math.Node(type, p[0]), seed: 3, [3, 2, 4]);

    [Fact]
    public void Clipping_passes_what_lies_between_the_bounds() => new GradientCheck { Draw = x => (x > 0 ? 0.1 : -0.1) + (2 * x) }
        .Run((math, p) => math.Clip(p[0], -1.25, 1.5), seed: 4, [20]);

    [Theory]
    [InlineData("HardSwish")]
    [InlineData("HardSigmoid")]
    [InlineData("LeakyRelu")]
    [InlineData("Softplus")]
    public void Functions_that_run_in_float_only(string type) =>
        (GradientCheck.CurvedInFloat with { Draw = x => Math.Abs(Math.Abs(6 * x) - 3) < 0.05 || Math.Abs(x) < 0.01 ? 0.5 : 6 * x })
            .Run((math, p) => type == "HardSigmoid" ? math.HardSigmoid(p[0]) : math.Node(type, p[0]), seed: 5, [30]);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Softmax_and_its_logarithm(long axis)
    {
        new GradientCheck().Run((math, p) => math.Softmax(p[0], axis), seed: 6, [3, 5]);
        new GradientCheck().Run((math, p) => math.LogSoftmax(p[0], axis), seed: 7, [4, 3]);
    }

    [Fact]
    public void A_power_with_a_constant_exponent() =>
        new GradientCheck { Draw = x => 0.6 + (x / 2) }.Run((math, p) => math.Node("Pow", p[0], math.Scalar(2.5)), seed: 8, [4]);

    [Fact]
    public void A_cast_between_precisions() => new GradientCheck { Tolerance = 1e-2, Epsilon = 1e-2 }.Run(
        (math, p) => math.Cast(new GraphMath(math.Graph).Scale(new GraphMath(math.Graph).Cast(p[0]), 3)), seed: 9, [4]);

    private static GradientCheck Away() => new() { Draw = x => x + (x > 0 ? 0.01 : -0.01) };
}
