using System.Numerics.Tensors;
using Pipeline.Onnx.Graphs;

namespace Pipeline.Hashing;

/// <summary>
/// Codes whose bit i says whether w_i·x &gt; t_i, computed here and as an ONNX model with exactly equal results.
/// </summary>
/// <remarks>
/// <para>
/// Features are rounded to multiples of 2⁻¹⁶ (half to even, clipped to ±1024) and weights to a grid chosen such that
/// every partial sum, in any order, is an integer of at most 53 bits, which double precision holds exactly. The grid
/// is finer than single precision for unit vectors. (Ours.)
/// </para>
/// <para>A tie, w_i·x = t_i on the grid, gives 0.</para>
/// </remarks>
public sealed class LinearHash : IHashFunction
{
    // Features are below 2²⁶ on their grid.
    private const double RowLimit = 1L << 27;

    private readonly GridMatrix _weights;
    private readonly double[] _thresholds;

    /// <summary>Rounds weights and thresholds to the grid.</summary>
    /// <param name="weights">Row-major [bits, d]: one hyperplane normal a row.</param>
    /// <param name="thresholds">One for each bit; empty stands for zeros.</param>
    /// <param name="dimensions">Length d of the features.</param>
    /// <exception cref="ArgumentException">Shapes do not fit, bits are no multiple of 8 in 8..1024, or a value is not finite.</exception>
    public LinearHash(ReadOnlySpan<double> weights, ReadOnlySpan<double> thresholds, int dimensions)
    {
        _weights = new GridMatrix(weights, dimensions, RowLimit);
        Bits = CodeBits.Require(_weights.Rows);
        if (thresholds.Length != 0 && (thresholds.Length != Bits || !TensorPrimitives.IsFiniteAll(thresholds)))
        {
            throw new ArgumentException($"{Bits} finite thresholds are needed.", nameof(thresholds));
        }

        _thresholds = new double[Bits];
        for (int bit = 0; bit < thresholds.Length; bit++)
        {
            double threshold = Math.Round(thresholds[bit] * _weights.Scale * FeatureGrid.Common.Scale);
            _thresholds[bit] = Math.Clamp(threshold, -GridMatrix.Exact, GridMatrix.Exact);
        }
    }

    /// <inheritdoc/>
    public int Dimensions => _weights.Dimensions;

    /// <inheritdoc/>
    public int Bits { get; }

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<float> features, Span<byte> code)
    {
        CodeBits.Require(this, features, code);
        using var scratch = new Scratch(Dimensions + _weights.Stride);
        Span<double> grid = scratch.Span[..Dimensions], sums = scratch.Span[Dimensions..];
        FeatureGrid.Common.Round(features, grid);
        _weights.Multiply(grid, sums);
        CodeBits.Greater(sums, _thresholds, code);
    }

    /// <inheritdoc/>
    public byte[] BuildModel()
    {
        var graph = new OnnxGraphBuilder("linear_hash");
        string features = graph.Input("features", OnnxElementType.Float, "N", Dimensions);
        string grid = FeatureGrid.Common.Append(graph, features);
        string weights = graph.Constant("weights", _weights.Transposed(), Dimensions, Bits);
        string thresholds = graph.Constant("thresholds", _thresholds, Bits);
        string products = graph.Node("MatMul", "products", [grid, weights]);
        string bits = graph.Node("Greater", "bits", [products, thresholds]);
        CodeBits.Append(graph, bits, Bits);
        return graph.Build();
    }
}
