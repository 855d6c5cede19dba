namespace Pipeline.Onnx.Training;

/// <summary>Sums and means over axes.</summary>
internal static class ReductionRules
{
    /// <summary>Every summand has the sum's gradient.</summary>
    public static void Sum(BackwardNode node)
    {
        string gradient = node.Gradient();
        if (!node.HasInput(1))
        {
            Give(node, gradient, node.Int("noop_with_empty_axes", 0) != 0 ? null : []);
        }
        else if (node.ConstantIntegers(1) is { } axes)
        {
            Give(node, gradient, axes.Length == 0 && node.Int("noop_with_empty_axes", 0) != 0 ? null : axes);
        }
        else
        {
            throw node.Unsupported("its axes are not constant");
        }
    }

    /// <summary>Each of n values has 1/n of the mean's gradient.</summary>
    public static void Mean(BackwardNode node)
    {
        GraphMath math = node.Math;
        string count = math.Cast(math.Node("Div", math.Node("Size", node.Input(0)), math.Node("Size", node.Output())));
        Give(node, math.Divide(node.Gradient(), count), node.Ints("axes"));
    }

    /// <param name="node">The reduction.</param>
    /// <param name="gradient">What each value of the input has as its gradient, of the output's shape.</param>
    /// <param name="axes">The axes that were summed; none: all; null: none.</param>
    private static void Give(BackwardNode node, string gradient, long[]? axes)
    {
        ValueShape input = node.ShapeOfInput(0);
        if (axes is null)
        {
            node.Give(0, gradient);
        }
        else if (axes.Length == 0 && node.Int("keepdims", 1) == 0)
        {
            // One number for all: no axis needs to be known.
            node.GiveSpread(0, node.Math.Reshape(gradient, [.. Enumerable.Repeat(1L, input.Rank)]));
        }
        else
        {
            long[] sorted = [.. axes.Select(axis => (long)input.Axis(axis)).Order()];
            node.GiveSpread(0, node.Int("keepdims", 1) != 0 || sorted.Length == 0
                ? gradient
                : node.Math.Node("Unsqueeze", gradient, node.Math.Integers(sorted)));
        }
    }
}
