namespace Pipeline.Onnx.Training;

/// <summary>
/// Convolution, y = w ∗ x + b, with stride, padding, dilation and groups: b̄ = Σȳ over images and pixels, and the
/// gradients of <see cref="ConvolutionInput"/>, <see cref="ConvolutionWeight"/> and <see cref="DepthwiseCorrelation"/>.
/// </summary>
internal static class ConvolutionRule
{
    public static void Apply(BackwardNode node)
    {
        ValueShape weight = node.ShapeOfInput(1);
        if (weight.Rank != 4 || !weight.Known)
        {
            throw node.Unsupported("its kernel must have four axes of known sizes");
        }

        long groups = node.Int("group", 1);
        var window = ConvolutionWindow.Of(node, [weight.Sizes[2], weight.Sizes[3]]);
        bool small = DepthwiseCorrelation.Suits(node, window, weight, groups);
        if (node.Wants(0))
        {
            node.Give(0, small
                ? DepthwiseCorrelation.OfInput(node, window)
                : ConvolutionInput.Gradient(node, window, weight, groups));
        }

        if (node.Wants(1))
        {
            node.Give(1, small
                ? DepthwiseCorrelation.OfKernel(node, window)
                : ConvolutionWeight.Gradient(node, window, weight, groups));
        }

        if (node.Wants(2))
        {
            node.Give(2, node.Math.Sum(node.Gradient(), keep: false, 0, 2, 3));
        }
    }
}
