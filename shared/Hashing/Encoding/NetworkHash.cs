using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Pipeline.Onnx.Graphs;

namespace Pipeline.Hashing;

/// <summary>
/// Codes of a network with one hidden layer, bit i = [V·h + c]_i &gt; 0 with h = 1.7159·tanh(⅔·(U·x + b)), as linear
/// distance preserving hashing trains it (Wang and others, IEEE TIP 2018), computed here and as an ONNX model with
/// exactly equal results.
/// </summary>
/// <remarks>
/// Both layers are sums of integers, as in <see cref="LinearHash"/>. No two libraries agree on tanh's last digit, so
/// each hidden unit's input is rounded to a multiple of 2⁻¹² within ±8, where tanh has saturated to 5 · 10⁻⁵, and its
/// output is read from a table of integers; half a step is at most 1.4 · 10⁻⁴ of output. A tie gives 0. (Ours.)
/// </remarks>
public sealed class NetworkHash : IHashFunction
{
    // Features are below 2²⁶ on their grid: sums, biases and the table's middle stay below 2⁵¹ each.
    private const double HiddenRowLimit = 1L << 25;
    private const double HiddenLimit = 1L << 51;

    private readonly GridMatrix _hidden;
    private readonly double[] _biases;
    private readonly double _step;
    private readonly GridMatrix _output;
    private readonly double[] _thresholds;

    /// <summary>Rounds a network to the grids.</summary>
    /// <param name="hiddenWeights">U, row-major [h, d]: whatever is linear before the hidden layer multiplied into it.</param>
    /// <param name="hiddenBiases">b, h values.</param>
    /// <param name="outputWeights">V, row-major [bits, h].</param>
    /// <param name="outputBiases">c, one for each bit.</param>
    /// <param name="dimensions">Length d of the features.</param>
    /// <exception cref="ArgumentException">
    /// Shapes do not fit, bits are no multiple of 8 in 8..1024, a layer's weights are all zero, or a value is not finite.
    /// </exception>
    public NetworkHash(
        ReadOnlySpan<double> hiddenWeights,
        ReadOnlySpan<double> hiddenBiases,
        ReadOnlySpan<double> outputWeights,
        ReadOnlySpan<double> outputBiases,
        int dimensions)
    {
        Bits = CodeBits.Require(outputBiases.Length);
        if (hiddenBiases.IsEmpty || hiddenWeights.Length != (long)hiddenBiases.Length * dimensions
            || outputWeights.Length != (long)Bits * hiddenBiases.Length
            || !TensorPrimitives.IsFiniteAll(hiddenBiases) || !TensorPrimitives.IsFiniteAll(outputBiases))
        {
            throw new ArgumentException(
                $"{hiddenWeights.Length} and {outputWeights.Length} weights are no network from {dimensions} features by "
                + $"{hiddenBiases.Length} finite biases to {Bits} more.");
        }

        double featureScale = FeatureGrid.Common.Scale;
        double middle = HiddenTable.Range + Math.Max(Math.Abs(TensorPrimitives.Min(hiddenBiases)), Math.Abs(TensorPrimitives.Max(hiddenBiases)));
        _hidden = new GridMatrix(hiddenWeights, dimensions, HiddenRowLimit, finest: HiddenLimit / featureScale / middle);
        _biases = new double[_hidden.Stride];
        for (int unit = 0; unit < hiddenBiases.Length; unit++)
        {
            _biases[unit] = Math.Round((hiddenBiases[unit] + HiddenTable.Range) * _hidden.Scale * featureScale);
        }

        _step = HiddenTable.StepsInOne / (_hidden.Scale * featureScale);

        _output = new GridMatrix(outputWeights, hiddenBiases.Length, GridMatrix.Exact / HiddenTable.Most);
        _thresholds = new double[Bits];
        for (int bit = 0; bit < Bits; bit++)
        {
            double threshold = Math.Round(-outputBiases[bit] * _output.Scale * HiddenTable.Scale);
            _thresholds[bit] = Math.Clamp(threshold, -GridMatrix.Exact, GridMatrix.Exact);
        }
    }

    /// <inheritdoc/>
    public int Dimensions => _hidden.Dimensions;

    /// <inheritdoc/>
    public int Bits { get; }

    /// <summary>
    /// A network over standardised projections: its input is z = (P·(x − mean) − centre)/deviation, which is linear and
    /// so becomes part of the hidden layer.
    /// </summary>
    /// <param name="mean">Subtracted from features, d values; empty: nothing.</param>
    /// <param name="projection">P, row-major [p, d].</param>
    /// <param name="centre">Means of the projections, p values; empty: zeros.</param>
    /// <param name="deviation">Deviations of the projections, p values above 0; empty: ones.</param>
    /// <param name="hiddenWeights">Row-major [h, p].</param>
    /// <param name="hiddenBiases">h values.</param>
    /// <param name="outputWeights">Row-major [bits, h].</param>
    /// <param name="outputBiases">One for each bit.</param>
    /// <param name="dimensions">Length d of the features.</param>
    /// <exception cref="ArgumentException">As for the constructor, or a deviation is not above 0.</exception>
    public static NetworkHash OverProjections(
        ReadOnlySpan<double> mean,
        ReadOnlySpan<double> projection,
        ReadOnlySpan<double> centre,
        ReadOnlySpan<double> deviation,
        ReadOnlySpan<double> hiddenWeights,
        ReadOnlySpan<double> hiddenBiases,
        ReadOnlySpan<double> outputWeights,
        ReadOnlySpan<double> outputBiases,
        int dimensions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        int width = projection.Length / dimensions, hidden = hiddenBiases.Length;
        if (width == 0 || projection.Length % dimensions != 0 || hiddenWeights.Length != (long)hidden * width
            || (mean.Length != 0 && mean.Length != dimensions) || (centre.Length != 0 && centre.Length != width)
            || (deviation.Length != 0 && (deviation.Length != width || !(TensorPrimitives.Min(deviation) > 0))))
        {
            throw new ArgumentException($"The shapes of the network over {width} projections of {dimensions} features do not fit.");
        }

        var weights = new double[hidden * dimensions];
        double[] biases = hiddenBiases.ToArray();
        for (int unit = 0; unit < hidden; unit++)
        {
            Span<double> row = weights.AsSpan(unit * dimensions, dimensions);
            for (int p = 0; p < width; p++)
            {
                // Plain loops in a fixed order: a vectorised sum would differ between processors in its last digit.
                double weight = hiddenWeights[(unit * width) + p] / (deviation.IsEmpty ? 1 : deviation[p]);
                biases[unit] -= centre.IsEmpty ? 0 : weight * centre[p];
                for (int d = 0; d < dimensions; d++)
                {
                    row[d] += weight * projection[(p * dimensions) + d];
                }
            }

            for (int d = 0; d < mean.Length; d++)
            {
                biases[unit] -= row[d] * mean[d];
            }
        }

        return new NetworkHash(weights, biases, outputWeights, outputBiases, dimensions);
    }

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<float> features, Span<byte> code)
    {
        CodeBits.Require(this, features, code);
        using var scratch = new Scratch(Dimensions + _hidden.Stride + _output.Stride);
        Span<double> grid = scratch.Span[..Dimensions], hidden = scratch.Span.Slice(Dimensions, _hidden.Stride);
        Span<double> sums = scratch.Span[^_output.Stride..];
        FeatureGrid.Common.Round(features, grid);
        _hidden.Multiply(grid, hidden);
        Activate(hidden);
        _output.Multiply(hidden, sums);
        CodeBits.Greater(sums, _thresholds, code);
    }

    /// <inheritdoc/>
    public byte[] BuildModel()
    {
        var graph = new OnnxGraphBuilder("network_hash");
        string features = graph.Input("features", OnnxElementType.Float, "N", Dimensions);
        string grid = FeatureGrid.Common.Append(graph, features);
        string hiddenWeights = graph.Constant("hidden_weights", _hidden.Transposed(), Dimensions, _hidden.Rows);
        string biases = graph.Constant("hidden_biases", _biases.AsSpan(0, _hidden.Rows), _hidden.Rows);
        string step = graph.Constant("step", [_step], 1);
        string first = graph.Constant("first", [0.0]);
        string last = graph.Constant("last", [HiddenTable.Last]);
        string table = graph.Constant("table", HiddenTable.Values, HiddenTable.Values.Length);
        string outputWeights = graph.Constant("output_weights", _output.Transposed(), _hidden.Rows, Bits);
        string thresholds = graph.Constant("thresholds", _thresholds, Bits);

        string projected = graph.Node("MatMul", "projected", [grid, hiddenWeights]);
        string shifted = graph.Node("Add", "shifted", [projected, biases]);
        string steps = graph.Node("Mul", "steps", [shifted, step]);
        string within = graph.Node("Clip", "within", [steps, first, last]);
        string nearest = graph.Node("Round", "nearest", [within]);
        string places = graph.Node("Cast", "table_places", [nearest], OnnxAttribute.Of("to", (long)OnnxElementType.Int32));
        string hidden = graph.Node("Gather", "hidden", [table, places], OnnxAttribute.Of("axis", 0));
        string exact = graph.Node("Cast", "hidden_exact", [hidden], OnnxAttribute.Of("to", (long)OnnxElementType.Double));
        string products = graph.Node("MatMul", "products", [exact, outputWeights]);
        string bits = graph.Node("Greater", "bits", [products, thresholds]);
        CodeBits.Append(graph, bits, Bits);
        return graph.Build();
    }

    /// <summary>Sums of the hidden layer to its outputs.</summary>
    private void Activate(Span<double> hidden)
    {
        ref double value = ref MemoryMarshal.GetReference(hidden);
        ref double bias = ref MemoryMarshal.GetArrayDataReference(_biases);
        ReadOnlySpan<float> table = HiddenTable.Values;
        for (int at = 0; at < hidden.Length; at += Vector512<double>.Count)
        {
            Vector512<double> steps = (Vector512.LoadUnsafe(ref value, (nuint)at) + Vector512.LoadUnsafe(ref bias, (nuint)at)) * Vector512.Create(_step);
            steps = Vector512.Clamp(steps, Vector512<double>.Zero, Vector512.Create(HiddenTable.Last));
            Vector512<long> places = Vector512.ConvertToInt64(Vector512.Round(steps, MidpointRounding.ToEven));
            for (int i = 0; i < Vector512<double>.Count; i++)
            {
                hidden[at + i] = table[(int)places[i]];
            }
        }
    }
}
