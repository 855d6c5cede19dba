using Pipeline.Onnx.Graphs;

namespace Pipeline.Onnx.Training;

/// <summary>Operators that move numbers and change none.</summary>
internal static class ShapeRules
{
    public static void Identity(BackwardNode node) => node.Give(0, node.Gradient());

    /// <summary>As it runs in inference: nothing is dropped.</summary>
    public static void Dropout(BackwardNode node)
    {
        if (node.HasInput(2))
        {
            throw node.Unsupported("it may be in training mode; multiply by a mask that is an input instead");
        }

        node.Give(0, node.Gradient());
    }

    public static void Cast(BackwardNode node) => node.Give(0, node.MathOfInput(0).Cast(node.Gradient()));

    public static void Reshape(BackwardNode node) => node.Give(0, node.Math.ReshapeLike(node.Gradient(), node.Input(0)));

    public static void Expand(BackwardNode node) => node.GiveFitted(0, node.Gradient());

    public static void Transpose(BackwardNode node)
    {
        int rank = node.ShapeOfInput(0).Rank;
        long[] order = node.Ints("perm", [.. Enumerable.Range(0, rank).Reverse().Select(axis => (long)axis)]);
        var back = new long[rank];
        for (int axis = 0; axis < rank; axis++)
        {
            back[order[axis]] = axis;
        }

        node.Give(0, node.Math.Transpose(node.Gradient(), back));
    }

    public static void Concat(BackwardNode node)
    {
        GraphMath math = node.Math;
        int axis = node.ShapeOfOutput().Axis(node.Int("axis", 0));
        string[] sizes = [.. Enumerable.Range(0, node.Inputs).Select(i => math.Shape(node.Input(i), axis, axis + 1))];
        string name = node.Graph.Unused("Split");
        string[] parts = [.. sizes.Select((_, i) => $"{name}/{i}")];
        string gradient = node.Gradient();
        node.Graph.NodeWithOutputs("Split", parts, [gradient, math.Concat(0, sizes)], OnnxAttribute.Of("axis", (long)axis));
        for (int i = 0; i < parts.Length; i++)
        {
            if (node.Wants(i))
            {
                node.Give(i, parts[i]);
            }
        }
    }

    public static void Split(BackwardNode node)
    {
        string[] parts = [.. Enumerable.Range(0, node.Outputs).Select(node.GradientOrZeros)];
        node.Give(0, parts.Length == 1 ? parts[0] : node.Math.Concat(node.Int("axis", 0), parts));
    }

    /// <summary>What was taken several times gets the sum.</summary>
    public static void Gather(BackwardNode node) => GiveBack(node, node.Again(Positions(node), node.Input(1)));

    public static void Slice(BackwardNode node) =>
        GiveBack(node, node.Again([Positions(node), .. Enumerable.Range(1, node.Inputs - 1).Select(node.Input)]));

    /// <summary>Adds each gradient at the position, in the flattened input, that its number came from.</summary>
    public static void GiveBack(BackwardNode node, string positions)
    {
        GraphMath math = node.Math;
        string zeros = math.Expand(math.Scalar(0), math.Reshape(math.Node("Size", node.Input(0)), 1));
        // ScatterElements adds in the order of its indices, on one thread: the same bits every time.
        string flat = math.Graph.Node(
            "ScatterElements", null, [zeros, math.Reshape(positions, -1), math.Reshape(node.Gradient(), -1)],
            OnnxAttribute.Of("axis", 0L), OnnxAttribute.Of("reduction", "add"));
        node.Give(0, math.ReshapeLike(flat, node.Input(0)));
    }

    /// <summary>0, 1, 2, … in the input's shape.</summary>
    private static string Positions(BackwardNode node)
    {
        GraphMath math = node.Math;
        string zero = "integer/0", one = "integer/1";
        foreach ((string name, long value) in ((string, long)[])[(zero, 0), (one, 1)])
        {
            if (!node.Graph.Has(name))
            {
                node.Graph.Constant(name, [value]);
            }
        }

        return math.ReshapeLike(math.Node("Range", zero, math.Node("Size", node.Input(0)), one), node.Input(0));
    }
}
