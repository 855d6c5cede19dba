using System.Globalization;
using Pipeline.Onnx.Graphs;

namespace Pipeline.Onnx.Training;

/// <summary>
/// Writes formulas as graph nodes. Every method takes names of values and gives the name of a new one; shapes broadcast
/// as in NumPy, axes may be negative. All of it can be differentiated by <see cref="Gradients"/>.
/// </summary>
/// <param name="graph">Where the nodes go.</param>
/// <param name="type">Type of the numbers: <see cref="OnnxElementType.Float"/>, or <see cref="OnnxElementType.Double"/> where the operators allow it.</param>
public sealed class GraphMath(OnnxGraphBuilder graph, OnnxElementType type = OnnxElementType.Float)
{
    /// <summary>The graph that is written.</summary>
    public OnnxGraphBuilder Graph => graph;

    /// <summary>Type of the numbers.</summary>
    public OnnxElementType Type => type;

    /// <summary>A number, of rank 0.</summary>
    public string Scalar(double value)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"scalar/{type}/{value:R}");
        return graph.Has(name) ? name
            : type == OnnxElementType.Double ? graph.Constant(name, [value]) : graph.Constant(name, [(float)value]);
    }

    /// <summary>A list of integers, such as a shape or axes.</summary>
    public string Integers(params long[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        string name = "integers/" + string.Join(',', values);
        return graph.Has(name) ? name : graph.Constant(name, values, values.Length);
    }

    /// <summary>a + b.</summary>
    public string Add(string a, string b) => Node("Add", a, b);

    /// <summary>a − b.</summary>
    public string Subtract(string a, string b) => Node("Sub", a, b);

    /// <summary>a · b, elementwise.</summary>
    public string Multiply(string a, string b) => Node("Mul", a, b);

    /// <summary>a / b, elementwise.</summary>
    public string Divide(string a, string b) => Node("Div", a, b);

    /// <summary>A weighted sum of values, such as a loss of several terms.</summary>
    public string WeightedSum(params ReadOnlySpan<(double Weight, string Value)> terms)
    {
        string sum = Scale(terms[0].Value, terms[0].Weight);
        foreach ((double weight, string value) in terms[1..])
        {
            sum = Add(sum, Scale(value, weight));
        }

        return sum;
    }

    /// <summary>factor · a.</summary>
    public string Scale(string a, double factor) => factor == 1 ? a : Multiply(a, Scalar(factor));

    /// <summary>a + offset.</summary>
    public string Offset(string a, double offset) => offset == 0 ? a : Add(a, Scalar(offset));

    /// <summary>−a.</summary>
    public string Negate(string a) => Node("Neg", a);

    /// <summary>Matrix product over the last two axes; the others broadcast.</summary>
    public string MatrixProduct(string a, string b) => Node("MatMul", a, b);

    /// <summary>alpha · A′·B′ of two matrices, either of them transposed where asked.</summary>
    public string Gemm(string a, string b, bool transposeA = false, bool transposeB = false, double alpha = 1)
    {
        List<OnnxAttribute> attributes = [];
        if (alpha != 1)
        {
            attributes.Add(OnnxAttribute.Of("alpha", (float)alpha));
        }

        if (transposeA)
        {
            attributes.Add(OnnxAttribute.Of("transA", 1L));
        }

        if (transposeB)
        {
            attributes.Add(OnnxAttribute.Of("transB", 1L));
        }

        return graph.Node("Gemm", null, [a, b], [.. attributes]);
    }

    /// <summary>Axes in another order: axis i of the result is axis <paramref name="order"/>[i] of <paramref name="a"/>.</summary>
    public string Transpose(string a, params long[] order) => graph.Node("Transpose", null, [a], OnnxAttribute.Of("perm", order));

    /// <summary>The same numbers in another shape; one size may be −1, and 0 keeps the size that is there.</summary>
    public string Reshape(string a, params long[] shape) => Node("Reshape", a, Integers(shape));

    /// <summary>The same numbers in the shape of another value.</summary>
    public string ReshapeLike(string a, string like) => Node("Reshape", a, Shape(like));

    /// <summary>The sizes of a value, int64; of the axes from <paramref name="start"/> to before <paramref name="end"/>.</summary>
    public string Shape(string a, int start = 0, int? end = null)
    {
        string name = $"shape/{a}/{start}/{end}";
        return graph.Has(name) ? name
            : end is { } last ? graph.Node("Shape", name, [a], OnnxAttribute.Of("start", (long)start), OnnxAttribute.Of("end", (long)last))
            : graph.Node("Shape", name, [a], OnnxAttribute.Of("start", (long)start));
    }

    /// <summary>Repeats a value until it has a shape that it broadcasts to.</summary>
    /// <param name="a">The value.</param>
    /// <param name="shape">int64 sizes, such as <see cref="Shape"/> gives.</param>
    public string Expand(string a, string shape) => Node("Expand", a, shape);

    /// <summary>Slices of an axis by their int64 numbers; rows where the axis is 0.</summary>
    public string Gather(string a, string numbers, long axis = 0) => graph.Node("Gather", null, [a, numbers], OnnxAttribute.Of("axis", axis));

    /// <summary>The part of an axis from <paramref name="start"/> to before <paramref name="end"/>, every <paramref name="step"/>th.</summary>
    public string Slice(string a, long axis, long start, long end, long step = 1) =>
        graph.Node("Slice", null, [a, Integers(start), Integers(end), Integers(axis), Integers(step)]);

    /// <summary>Values one after the other along an axis.</summary>
    public string Concat(long axis, params ReadOnlySpan<string> values) =>
        graph.Node("Concat", null, values, OnnxAttribute.Of("axis", axis));

    /// <summary>max(a, 0).</summary>
    public string Relu(string a) => Node("Relu", a);

    /// <summary>a · min(max(a/6 + 1/2, 0), 1).</summary>
    public string HardSwish(string a) => Node("HardSwish", a);

    /// <summary>min(max(αa + β, 0), 1).</summary>
    public string HardSigmoid(string a, double alpha = 1.0 / 6, double beta = 0.5) =>
        graph.Node("HardSigmoid", null, [a], OnnxAttribute.Of("alpha", (float)alpha), OnnxAttribute.Of("beta", (float)beta));

    /// <summary>1 / (1 + e^−a).</summary>
    public string Sigmoid(string a) => Node("Sigmoid", a);

    /// <summary>tanh a.</summary>
    public string Tanh(string a) => Node("Tanh", a);

    /// <summary>e^a.</summary>
    public string Exp(string a) => Node("Exp", a);

    /// <summary>ln a.</summary>
    public string Log(string a) => Node("Log", a);

    /// <summary>√a; its gradient at 0 is infinite.</summary>
    public string Sqrt(string a) => Node("Sqrt", a);

    /// <summary>|a|.</summary>
    public string Abs(string a) => Node("Abs", a);

    /// <summary>a².</summary>
    public string Square(string a) => Multiply(a, a);

    /// <summary>a, brought between two bounds.</summary>
    public string Clip(string a, double least, double most) => Node("Clip", a, Scalar(least), Scalar(most));

    /// <summary>e^a / Σ e^a along an axis.</summary>
    public string Softmax(string a, long axis = -1) => graph.Node("Softmax", null, [a], OnnxAttribute.Of("axis", axis));

    /// <summary>ln softmax(a) along an axis.</summary>
    public string LogSoftmax(string a, long axis = -1) => graph.Node("LogSoftmax", null, [a], OnnxAttribute.Of("axis", axis));

    /// <summary>Sums over axes; without axes the sum of everything, of rank 0 unless <paramref name="keep"/>.</summary>
    public string Sum(string a, bool keep = false, params long[] axes)
    {
        ArgumentNullException.ThrowIfNull(axes);
        string[] inputs = axes.Length == 0 ? [a] : [a, Integers(axes)];
        return graph.Node("ReduceSum", null, inputs, OnnxAttribute.Of("keepdims", keep ? 1L : 0));
    }

    /// <summary>Means over axes; without axes the mean of everything, of rank 0 unless <paramref name="keep"/>.</summary>
    public string Mean(string a, bool keep = false, params long[] axes)
    {
        ArgumentNullException.ThrowIfNull(axes);
        var kept = OnnxAttribute.Of("keepdims", keep ? 1L : 0);
        return axes.Length == 0
            ? graph.Node("ReduceMean", null, [a], kept)
            : graph.Node("ReduceMean", null, [a], OnnxAttribute.Of("axes", axes), kept);
    }

    /// <summary>‖a‖² of each row of [n, d], as [n, 1].</summary>
    public string SquaredNorms(string a) => Sum(Square(a), keep: true, axes: -1);

    /// <summary>Each row of [n, d] brought to length 1: a / √(‖a‖² + ε).</summary>
    public string NormaliseRows(string a, double epsilon = 1e-12) => Divide(a, Sqrt(Offset(SquaredNorms(a), epsilon)));

    /// <summary>‖aᵢ − bᵢ‖² of rows of the same number, [n, d] and [n, d] to [n, 1].</summary>
    public string RowDistances(string a, string b) => SquaredNorms(Subtract(a, b));

    /// <summary>
    /// ‖aᵢ − bⱼ‖² of every row of [n, d] and every row of [m, d], as [n, m]: ‖a‖² + ‖b‖² − 2abᵀ, not below 0, where
    /// rounding would bring it for equal rows.
    /// </summary>
    public string SquaredDistances(string a, string b)
    {
        string norms = Add(SquaredNorms(a), Transpose(SquaredNorms(b), 1, 0));
        return Relu(Add(norms, Gemm(a, b, transposeB: true, alpha: -2)));
    }

    /// <summary>e^(−d²/(2σ²)) of squared distances.</summary>
    /// <param name="squaredDistances">d².</param>
    /// <param name="sigma">The kernel's width σ, above 0.</param>
    public string GaussianKernel(string squaredDistances, double sigma)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sigma);
        return Exp(Scale(squaredDistances, -1 / (2 * sigma * sigma)));
    }

    /// <summary>The value itself, but as a constant to <see cref="Gradients"/>.</summary>
    public string StopGradient(string a)
    {
        string stopped = Node("Identity", a);
        graph.Stopped.Add(stopped);
        return stopped;
    }

    /// <summary>The value as numbers of this type.</summary>
    public string Cast(string a) => graph.Node("Cast", null, [a], OnnxAttribute.Of("to", (long)type));

    internal string Node(string operatorType, params ReadOnlySpan<string> inputs) => graph.Node(operatorType, null, inputs);

    /// <summary>a where the condition holds, 0 elsewhere.</summary>
    internal string Where(string condition, string a) => Node("Where", condition, a, Scalar(0));

    /// <summary>Zeros in the shape of a value.</summary>
    internal string ZerosLike(string a) => Expand(Scalar(0), Shape(a));
}
