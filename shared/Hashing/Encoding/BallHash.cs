using System.Numerics.Tensors;
using Pipeline.Onnx.Graphs;

namespace Pipeline.Hashing;

/// <summary>
/// Codes whose bit i says whether x lies inside a ball, ‖x − p_i‖ &lt; r_i (Heo and others: Spherical Hashing, CVPR
/// 2012), computed here and as an ONNX model with exactly equal results.
/// </summary>
/// <remarks>
/// The comparison is ‖x‖² − 2·p_i·x &lt; r_i² − ‖p_i‖². Where a coordinate of x is beyond every |p| + r, x is outside of
/// every ball, and stays outside when clipped to that limit; so the grid need only span it, and is made such that each
/// side, and each partial sum, is an integer of at most 53 bits. (Ours.)
/// </remarks>
public sealed class BallHash : IHashFunction
{
    private readonly FeatureGrid _features;
    private readonly GridMatrix _pivots;
    private readonly double[] _thresholds;

    /// <summary>Rounds pivots and radii to the grid.</summary>
    /// <param name="pivots">Row-major [bits, d]: the balls' centres.</param>
    /// <param name="radii">One for each bit, not negative; one at least above 0.</param>
    /// <param name="dimensions">Length d of the features.</param>
    /// <exception cref="ArgumentException">
    /// Shapes do not fit, bits are no multiple of 8 in 8..1024, or a value is not finite or is beyond 10¹².
    /// </exception>
    public BallHash(ReadOnlySpan<double> pivots, ReadOnlySpan<double> radii, int dimensions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        Bits = CodeBits.Require(radii.Length);
        if (pivots.Length != (long)Bits * dimensions)
        {
            throw new ArgumentException($"{pivots.Length} values are no {Bits} pivots of {dimensions}.", nameof(pivots));
        }

        (_features, double scale) = Grid(pivots, radii, dimensions);
        var doubled = new double[pivots.Length];
        _thresholds = new double[Bits];
        for (int bit = 0; bit < Bits; bit++)
        {
            double norm = 0;
            for (int d = 0; d < dimensions; d++)
            {
                double pivot = Math.Round(pivots[(bit * dimensions) + d] * scale);
                doubled[(bit * dimensions) + d] = 2 * pivot;
                norm += pivot * pivot;
            }

            // An integer is below a number exactly if it is below the next integer.
            double radius = radii[bit] * scale;
            _thresholds[bit] = Math.Ceiling(radius * radius) - norm;
        }

        // Integers already: a grid of step 1 leaves them as they are.
        _pivots = new GridMatrix(doubled, dimensions, GridMatrix.Exact, finest: 1);
    }

    /// <inheritdoc/>
    public int Dimensions => _pivots.Dimensions;

    /// <inheritdoc/>
    public int Bits { get; }

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<float> features, Span<byte> code)
    {
        CodeBits.Require(this, features, code);
        using var scratch = new Scratch(Dimensions + _pivots.Stride);
        Span<double> grid = scratch.Span[..Dimensions], bounds = scratch.Span[Dimensions..];
        _features.Round(features, grid);
        _pivots.Multiply(grid, bounds);

        // Turned round: inside where 2·p·x + (r² − ‖p‖²) exceeds ‖x‖².
        TensorPrimitives.Add(bounds[..Bits], _thresholds, bounds);
        Span<double> norms = stackalloc double[Bits];
        norms.Fill(TensorPrimitives.SumOfSquares<double>(grid));
        CodeBits.Greater(bounds, norms, code);
    }

    /// <inheritdoc/>
    public byte[] BuildModel()
    {
        var graph = new OnnxGraphBuilder("ball_hash");
        string features = graph.Input("features", OnnxElementType.Float, "N", Dimensions);
        string grid = _features.Append(graph, features);
        string pivots = graph.Constant("pivots", _pivots.Transposed(), Dimensions, Bits);
        string thresholds = graph.Constant("thresholds", _thresholds, Bits);
        string columns = graph.Constant("columns", [1L], 1);
        string products = graph.Node("MatMul", "products", [grid, pivots]);
        string bounds = graph.Node("Add", "bounds", [products, thresholds]);
        string squares = graph.Node("Mul", "squares", [grid, grid]);
        string norms = graph.Node("ReduceSum", "norms", [squares, columns], OnnxAttribute.Of("keepdims", 1));
        string bits = graph.Node("Greater", "bits", [bounds, norms]);
        CodeBits.Append(graph, bits, Bits);
        return graph.Build();
    }

    private static (FeatureGrid Features, double Scale) Grid(ReadOnlySpan<double> pivots, ReadOnlySpan<double> radii, int dimensions)
    {
        // Not a number and infinity pass through Max.
        double reach = 0;
        for (int bit = 0; bit < radii.Length; bit++)
        {
            double far = 0;
            foreach (double pivot in pivots.Slice(bit * dimensions, dimensions))
            {
                far = Math.Max(far, Math.Abs(pivot));
            }

            reach = radii[bit] >= 0 ? Math.Max(reach, far + radii[bit]) : double.NaN;
        }

        if (!(reach is > 1e-12 and < 1e12) || TensorPrimitives.Max(radii) <= 0)
        {
            throw new ArgumentException("The balls need finite pivots and radii, one of them above 0.", nameof(radii));
        }

        // A little more, so that rounding cannot bring a clipped feature into a ball.
        double limit = 1.01 * reach;
        double scale = GridMatrix.PowerOfTwo(Math.Sqrt(Math.ScaleB(1, 51) / dimensions) / limit);
        return (new FeatureGrid((float)scale, (float)limit), scale);
    }
}
