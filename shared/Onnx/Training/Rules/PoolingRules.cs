namespace Pipeline.Onnx.Training;

/// <summary>Pooling over an image's plane.</summary>
internal static class PoolingRules
{
    /// <summary>Each of H·W values has 1/(H·W) of the gradient.</summary>
    public static void GlobalAveragePool(BackwardNode node)
    {
        GraphMath math = node.Math;
        int[] plane = node.ShapeOfInput(0).Sizes[2..];
        string gradient = node.Gradient();
        node.GiveSpread(0, plane.All(size => size > 0)
            ? math.Scale(gradient, 1.0 / plane.Aggregate(1L, (product, size) => product * size))
            : math.Divide(gradient, math.Cast(math.Node("Div", math.Node("Size", node.Input(0)), math.Node("Size", node.Output())))));
    }

    /// <summary>The gradient goes to the largest values, in equal parts where several are largest.</summary>
    public static void GlobalMaxPool(BackwardNode node)
    {
        GraphMath math = node.Math;
        long[] axes = [.. Enumerable.Range(2, node.ShapeOfInput(0).Rank - 2).Select(axis => (long)axis)];
        string largest = math.Cast(math.Node("Equal", node.Input(0), node.Output()));
        node.Give(0, math.Multiply(largest, math.Divide(node.Gradient(), math.Sum(largest, keep: true, axes))));
    }

    /// <summary>The gradient goes where the largest value was, which the operator tells by its second output.</summary>
    public static void MaxPool(BackwardNode node)
    {
        if (node.Int("storage_order", 0) != 0)
        {
            throw node.Unsupported("its indices are column-major");
        }

        ShapeRules.GiveBack(node, node.Outputs > 1 ? node.Output(1) : node.AlsoOutput());
    }

    /// <summary>A transposed convolution of every channel with a constant kernel of 1/k².</summary>
    public static void AveragePool(BackwardNode node)
    {
        ConvolutionWindow window = ConvolutionWindow.Of(node, node.Ints("kernel_shape"));
        if (node.Int("ceil_mode", 0) != 0 || (window.Pads.Any(pad => pad > 0) && node.Int("count_include_pad", 0) == 0))
        {
            throw node.Unsupported("windows at the border are averaged over fewer values");
        }

        GraphMath math = node.Math;
        (long height, long width) = window.Kernel;
        string kernel = math.Expand(math.Scalar(1.0 / (height * width)), math.Integers(1, 1, height, width));
        string planes = math.Node(
            "Reshape", node.Gradient(), math.Concat(0, math.Integers(-1, 1), math.Shape(node.Output(), 2)));
        string back = window.Transposed(math, planes, kernel, node.ShapeOfInput(0), node.ShapeOfOutput(), node.Input(0), groups: 1);
        node.Give(0, math.ReshapeLike(back, node.Input(0)));
    }
}
