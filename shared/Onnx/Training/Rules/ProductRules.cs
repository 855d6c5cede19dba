namespace Pipeline.Onnx.Training;

/// <summary>Matrix products.</summary>
internal static class ProductRules
{
    /// <summary>y = α·A′·B′ + β·C with A′ and B′ either as given or transposed.</summary>
    public static void Gemm(BackwardNode node)
    {
        GraphMath math = node.Math;
        bool transposeA = node.Int("transA", 0) != 0, transposeB = node.Int("transB", 0) != 0;
        double alpha = node.Float("alpha", 1);
        (string a, string b) = (node.Input(0), node.Input(1));
        string gradient = node.Gradient();
        if (node.Wants(0))
        {
            node.Give(0, transposeA
                ? math.Gemm(b, gradient, transposeB, transposeB: true, alpha)
                : math.Gemm(gradient, b, transposeB: !transposeB, alpha: alpha));
        }

        if (node.Wants(1))
        {
            node.Give(1, transposeB
                ? math.Gemm(gradient, a, transposeA: true, transposeB: transposeA, alpha)
                : math.Gemm(a, gradient, !transposeA, alpha: alpha));
        }

        if (node.Wants(2))
        {
            node.GiveFitted(2, math.Scale(gradient, node.Float("beta", 1)));
        }
    }

    /// <summary>A: ȳ·Bᵀ, B: Aᵀ·ȳ over the last two axes, summed over the axes that were repeated.</summary>
    public static void MatMul(BackwardNode node)
    {
        GraphMath math = node.Math;
        ValueShape a = node.ShapeOfInput(0), b = node.ShapeOfInput(1);
        if (a.Rank < 2 || b.Rank < 2)
        {
            throw node.Unsupported("an operand is a vector");
        }

        string gradient = node.Gradient();
        if (a.Rank == 2 && b.Rank == 2)
        {
            if (node.Wants(0))
            {
                node.Give(0, math.Gemm(gradient, node.Input(1), transposeB: true));
            }

            if (node.Wants(1))
            {
                node.Give(1, math.Gemm(node.Input(0), gradient, transposeA: true));
            }

            return;
        }

        if (node.Wants(0))
        {
            Give(node, 0, math.MatrixProduct(gradient, Transposed(math, node.Input(1), b.Rank)), a);
        }

        if (node.Wants(1))
        {
            Give(node, 1, math.MatrixProduct(Transposed(math, node.Input(0), a.Rank), gradient), b);
        }
    }

    /// <summary>The product has the output's leading axes and the operand's last two.</summary>
    private static void Give(BackwardNode node, int index, string product, ValueShape operand)
    {
        ValueShape output = node.ShapeOfOutput();
        int leading = output.Rank - 2;
        var large = new ValueShape(
            [.. output.Sizes[..leading], .. operand.Sizes[^2..]], [.. output.Names[..leading], .. operand.Names[^2..]]);
        node.Give(index, Broadcasting.Fit(node.Math, product, large, product, operand, node.Input(index)));
    }

    private static string Transposed(GraphMath math, string value, int rank)
    {
        long[] order = [.. Enumerable.Range(0, rank).Select(axis => (long)axis)];
        (order[^1], order[^2]) = (order[^2], order[^1]);
        return math.Transpose(value, order);
    }
}
