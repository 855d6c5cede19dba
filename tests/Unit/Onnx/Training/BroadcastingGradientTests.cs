using Xunit;

namespace Pipeline.Tests.Unit.Onnx.Training;

public sealed class BroadcastingGradientTests
{
    private static readonly long[][][] Shapes =
        [[[3, 4], [3, 4]], [[3, 4], [4]], [[3, 1], [1, 4]], [[2, 3, 4], [3, 1]], [[4], []], [[1, 1], [2, 3, 1]], [[2, 5, 1, 1], [2, 5, 3, 3]]];

    public static TheoryData<string, int, bool> Cases
    {
        get
        {
            var cases = new TheoryData<string, int, bool>();
            foreach (string type in (string[])["Add", "Sub", "Mul", "Div", "Sum"])
            {
                for (int shape = 0; shape < Shapes.Length; shape++)
                {
                    cases.Add(type, shape, true);
                    cases.Add(type, shape, false);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_is_repeated_gets_the_sum_whether_shapes_are_known_before_or_not(string type, int shape, bool known) =>
        new GradientCheck { Fixed = _ => known, Draw = x => x + (x > 0 ? 0.5 : -0.5) }
            .Run((math, p) => math.Node(type, p[0], p[1]), seed: shape, Shapes[shape]);

    [Fact]
    public void A_choice_passes_the_gradient_to_what_was_chosen() => new GradientCheck().Run(
        (math, p) => math.Node("Where", math.Node("Greater", p[0], math.Scalar(0.1)), p[1], p[2]), seed: 1, [3, 4], [4], [3, 1]);

    [Fact]
    public void A_repeated_value_gets_the_sum() =>
        new GradientCheck().Run((math, p) => math.Expand(p[0], math.Integers(2, 3, 4)), seed: 2, [3, 1]);

    [Fact]
    public void A_value_used_twice_gets_both_gradients() =>
        new GradientCheck().Run((math, p) => math.Add(math.Multiply(p[0], p[0]), math.Exp(math.Multiply(p[0], p[1]))), seed: 3, [3], [2, 3]);
}
