namespace Pipeline.Onnx.Training;

/// <summary>The transpose of broadcasting: sums over the axes along which a value was repeated.</summary>
internal static class Broadcasting
{
    /// <summary>Sums a gradient of a large shape until it has the small one.</summary>
    public static string Fit(GraphMath math, string gradient, ValueShape large, string largeValue, ValueShape small, string smallValue)
    {
        int leading = large.Rank - small.Rank;
        if (leading < 0)
        {
            throw new InvalidDataException($"The rank of {largeValue} is not known before the graph runs.");
        }

        List<long> axes = [.. Enumerable.Range(0, leading).Select(axis => (long)axis)];
        for (int axis = 0; axis < small.Rank; axis++)
        {
            (int from, int to) = (large.Sizes[leading + axis], small.Sizes[axis]);
            if (to == 1 && from != 1)
            {
                axes.Add(leading + axis);
            }
            else if (to < 0 && from != 1 && (small.Names[axis].Length == 0 || small.Names[axis] != large.Names[leading + axis]))
            {
                return FitWhenRun(math, gradient, largeValue, smallValue, leading);
            }
        }

        if (axes.Count == 0)
        {
            return gradient;
        }

        string sum = math.Sum(gradient, keep: axes.Count > leading, [.. axes]);
        // A rank of 0 may also be one that is not known: the reshape then fails instead of giving a wrong gradient.
        return (axes.Count > leading && leading > 0) || small.Rank == 0 ? math.ReshapeLike(sum, smallValue) : sum;
    }

    /// <summary>The same where the sizes tell only when the graph runs which axes were repeated.</summary>
    private static string FitWhenRun(GraphMath math, string gradient, string largeValue, string smallValue, int leading)
    {
        string small = math.Shape(smallValue);
        if (leading > 0)
        {
            small = math.Concat(0, math.Integers([.. Enumerable.Repeat(1L, leading)]), small);
        }

        string differs = math.Node("Not", math.Node("Equal", small, math.Shape(largeValue)));
        string axes = math.Reshape(math.Node("NonZero", differs), -1);
        string sum = math.Graph.Node(
            "ReduceSum", null, [gradient, axes],
            Graphs.OnnxAttribute.Of("keepdims", 1L), Graphs.OnnxAttribute.Of("noop_with_empty_axes", 1L));
        return leading > 0 ? math.ReshapeLike(sum, smallValue) : sum;
    }
}
