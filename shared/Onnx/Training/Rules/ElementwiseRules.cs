namespace Pipeline.Onnx.Training;

/// <summary>Functions of one number: x̄ = f′(x)·ȳ.</summary>
internal static class ElementwiseRules
{
    public static void Abs(BackwardNode node) => Times(node, node.Math.Node("Sign", node.Input(0)));

    /// <summary>1 between the bounds and on them, 0 outside. The bounds themselves are constants.</summary>
    public static void Clip(BackwardNode node)
    {
        if (node.Wants(1) || node.Wants(2))
        {
            throw node.Unsupported("a bound leads to a parameter");
        }

        string gradient = node.Gradient();
        if (node.HasInput(1))
        {
            gradient = node.Math.Where(node.Math.Node("GreaterOrEqual", node.Input(0), node.Input(1)), gradient);
        }

        if (node.HasInput(2))
        {
            gradient = node.Math.Where(node.Math.Node("LessOrEqual", node.Input(0), node.Input(2)), gradient);
        }

        node.Give(0, gradient);
    }

    public static void Exp(BackwardNode node) => Times(node, node.Output());

    /// <summary>α where the output is strictly between 0 and 1.</summary>
    public static void HardSigmoid(BackwardNode node)
    {
        GraphMath math = node.Math;
        string inside = math.Node(
            "And", math.Node("Greater", node.Output(), math.Scalar(0)), math.Node("Less", node.Output(), math.Scalar(1)));
        node.Give(0, math.Where(inside, math.Scale(node.Gradient(), node.Float("alpha", 0.2f))));
    }

    /// <summary>
    /// With h = min(max(x/6 + 1/2, 0), 1): h + x/6 where |x| &lt; 3, h elsewhere. Shrink gives x beyond ±3 and 0 between,
    /// so x − shrink(x) is x between and 0 beyond: one pass less than a comparison and a choice.
    /// </summary>
    public static void HardSwish(BackwardNode node)
    {
        GraphMath math = node.Math;
        string x = node.Input(0);
        string beyond = math.Graph.Node(
            "Shrink", null, [x], Graphs.OnnxAttribute.Of("lambd", 3f), Graphs.OnnxAttribute.Of("bias", 0f));
        string between = math.Scale(math.Subtract(x, beyond), 1.0 / 6);
        Times(node, math.Add(math.HardSigmoid(x), between));
    }

    public static void LeakyRelu(BackwardNode node)
    {
        GraphMath math = node.Math;
        string gradient = node.Gradient();
        string positive = math.Node("Greater", node.Input(0), math.Scalar(0));
        node.Give(0, math.Node("Where", positive, gradient, math.Scale(gradient, node.Float("alpha", 0.01f))));
    }

    public static void Log(BackwardNode node) => node.Give(0, node.Math.Divide(node.Gradient(), node.Input(0)));

    public static void Negate(BackwardNode node) => node.Give(0, node.Math.Negate(node.Gradient()));

    /// <summary>−y².</summary>
    public static void Reciprocal(BackwardNode node) => Times(node, node.Math.Negate(node.Math.Square(node.Output())));

    public static void Relu(BackwardNode node) =>
        node.Give(0, node.Math.Where(node.Math.Node("Greater", node.Output(), node.Math.Scalar(0)), node.Gradient()));

    /// <summary>y(1 − y).</summary>
    public static void Sigmoid(BackwardNode node) =>
        Times(node, node.Math.Multiply(node.Output(), node.Math.Subtract(node.Math.Scalar(1), node.Output())));

    public static void Softplus(BackwardNode node) => Times(node, node.Math.Sigmoid(node.Input(0)));

    /// <summary>1 / (2y).</summary>
    public static void Sqrt(BackwardNode node) =>
        node.Give(0, node.Math.Divide(node.Math.Scale(node.Gradient(), 0.5), node.Output()));

    /// <summary>1 − y².</summary>
    public static void Tanh(BackwardNode node) =>
        Times(node, node.Math.Subtract(node.Math.Scalar(1), node.Math.Square(node.Output())));

    private static void Times(BackwardNode node, string derivative) =>
        node.Give(0, node.Math.Multiply(node.Gradient(), derivative));
}
