namespace Pipeline.Onnx.Training;

/// <summary>Operators of several values that broadcast.</summary>
internal static class ArithmeticRules
{
    public static void Add(BackwardNode node)
    {
        Fitted(node, 0, node.Gradient);
        Fitted(node, 1, node.Gradient);
    }

    public static void Subtract(BackwardNode node)
    {
        Fitted(node, 0, node.Gradient);
        Fitted(node, 1, () => node.Math.Negate(node.Gradient()));
    }

    public static void Multiply(BackwardNode node)
    {
        Fitted(node, 0, () => node.Math.Multiply(node.Gradient(), node.Input(1)));
        Fitted(node, 1, () => node.Math.Multiply(node.Gradient(), node.Input(0)));
    }

    /// <summary>a: ȳ/b, b: −ȳ·y/b.</summary>
    public static void Divide(BackwardNode node)
    {
        Fitted(node, 0, () => node.Math.Divide(node.Gradient(), node.Input(1)));
        Fitted(node, 1, () => node.Math.Negate(
            node.Math.Divide(node.Math.Multiply(node.Gradient(), node.Output()), node.Input(1))));
    }

    /// <summary>p·x^(p−1); the exponent is a constant.</summary>
    public static void Power(BackwardNode node)
    {
        if (node.Wants(1))
        {
            throw node.Unsupported("the exponent leads to a parameter");
        }

        GraphMath math = node.Math;
        string exponent = node.TypeOfInput(1) == math.Type ? node.Input(1) : math.Cast(node.Input(1));
        string power = math.Node("Pow", node.Input(0), math.Subtract(exponent, math.Scalar(1)));
        Fitted(node, 0, () => math.Multiply(node.Gradient(), math.Multiply(exponent, power)));
    }

    public static void Sum(BackwardNode node)
    {
        for (int i = 0; i < node.Inputs; i++)
        {
            Fitted(node, i, node.Gradient);
        }
    }

    public static void Where(BackwardNode node)
    {
        GraphMath math = node.Math;
        Fitted(node, 1, () => math.Where(node.Input(0), node.Gradient()));
        Fitted(node, 2, () => math.Node("Where", node.Input(0), math.Scalar(0), node.Gradient()));
    }

    private static void Fitted(BackwardNode node, int input, Func<string> gradient)
    {
        if (node.Wants(input))
        {
            node.GiveFitted(input, gradient());
        }
    }
}
