namespace Pipeline.Onnx.Training;

/// <summary>
/// Batch normalisation with frozen statistics, y = γ(x − μ)/√(σ² + ε) + β: an affine map of each channel. With
/// s = 1/√(σ² + ε), x̄ = γs·ȳ, β̄ = Σȳ, γ̄ = s(Σ ȳ∘x − μ·Σȳ).
/// </summary>
internal static class BatchNormalizationRule
{
    public static void Apply(BackwardNode node)
    {
        if (node.Int("training_mode", 0) != 0)
        {
            throw node.Unsupported("it is in training mode; only frozen statistics are supported");
        }

        if (node.Wants(3) || node.Wants(4))
        {
            throw node.Unsupported("its statistics are to be trained");
        }

        GraphMath math = node.Math;
        int rank = node.ShapeOfInput(0).Rank;
        string gradient = node.Gradient();
        string slope = math.Node("Reciprocal", math.Sqrt(math.Offset(node.Input(4), node.Float("epsilon", 1e-5f))));
        if (node.Wants(0))
        {
            long[] perChannel = [1, -1, .. Enumerable.Repeat(1L, rank - 2)];
            node.Give(0, math.Multiply(gradient, math.Reshape(math.Multiply(node.Input(1), slope), perChannel)));
        }

        if (!node.Wants(1) && !node.Wants(2))
        {
            return;
        }

        long[] others = [0, .. Enumerable.Range(2, rank - 2).Select(axis => (long)axis)];
        string sum = math.Sum(gradient, keep: false, others);
        if (node.Wants(2))
        {
            node.Give(2, sum);
        }

        if (node.Wants(1))
        {
            string products = math.Sum(math.Multiply(gradient, node.Input(0)), keep: false, others);
            node.Give(1, math.Multiply(slope, math.Subtract(products, math.Multiply(node.Input(3), sum))));
        }
    }
}
