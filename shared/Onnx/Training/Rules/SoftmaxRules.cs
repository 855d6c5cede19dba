namespace Pipeline.Onnx.Training;

/// <summary>Softmax and its logarithm along an axis.</summary>
internal static class SoftmaxRules
{
    /// <summary>y ∘ (ȳ − Σ ȳ∘y).</summary>
    public static void Softmax(BackwardNode node)
    {
        GraphMath math = node.Math;
        string gradient = node.Gradient();
        string mean = math.Sum(math.Multiply(gradient, node.Output()), keep: true, node.Int("axis", -1));
        node.Give(0, math.Multiply(node.Output(), math.Subtract(gradient, mean)));
    }

    /// <summary>ȳ − e^y ∘ Σ ȳ.</summary>
    public static void LogSoftmax(BackwardNode node)
    {
        GraphMath math = node.Math;
        string gradient = node.Gradient();
        string sum = math.Sum(gradient, keep: true, node.Int("axis", -1));
        node.Give(0, math.Subtract(gradient, math.Multiply(math.Exp(node.Output()), sum)));
    }
}
