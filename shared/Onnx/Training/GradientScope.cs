using Pipeline.Onnx.Graphs;

namespace Pipeline.Onnx.Training;

/// <summary>The gradients gathered so far in one backward pass.</summary>
internal sealed class GradientScope(OnnxGraphBuilder graph, ValueShapes shapes, IReadOnlySet<string> dependent)
{
    private readonly Dictionary<string, List<(string Value, bool Spread)>> _contributions = new(StringComparer.Ordinal);
    private readonly Dictionary<OnnxElementType, GraphMath> _math = [];

    public OnnxGraphBuilder Graph => graph;

    public ValueShapes Shapes => shapes;

    public bool Wants(string value) => dependent.Contains(value);

    /// <summary>Formulas in the type of a value.</summary>
    public GraphMath Math(string value)
    {
        OnnxElementType type = shapes.Type(value);
        if (!_math.TryGetValue(type, out GraphMath? math))
        {
            _math[type] = math = new GraphMath(graph, type);
        }

        return math;
    }

    public bool HasGradient(string value) => _contributions.ContainsKey(value);

    /// <summary>Adds to a value's gradient.</summary>
    /// <param name="value">The value.</param>
    /// <param name="gradient">Of the value's shape, or, where it is spread, of a shape of the same rank that broadcasts to it.</param>
    /// <param name="spread">Whether the shape is a smaller one.</param>
    public void Contribute(string value, string gradient, bool spread)
    {
        if (!_contributions.TryGetValue(value, out var list))
        {
            _contributions[value] = list = [];
        }

        list.Add((gradient, spread));
    }

    /// <summary>A value's gradient, of its shape; nothing can be added to it afterwards.</summary>
    public string Gradient(string value)
    {
        List<(string Value, bool Spread)> list = _contributions[value];
        GraphMath math = Math(value);
        string sum = string.Empty;
        bool spread = true;
        // Full ones first: a smaller one then spreads in the sum, without being written out.
        foreach ((string part, bool small) in list.OrderBy(item => item.Spread))
        {
            sum = sum.Length == 0 ? part : math.Add(sum, part);
            spread &= small;
        }

        if (spread)
        {
            sum = math.Expand(sum, math.Shape(value));
        }

        _contributions[value] = [(sum, false)];
        return sum;
    }
}
