using System.Numerics.Tensors;
using Pipeline.Onnx.Graphs;

namespace Pipeline.Hashing;

/// <summary>
/// Codes whose bit i says whether w_i·x &gt; t_i, computed here and as an ONNX model with exactly equal results.
/// </summary>
/// <remarks>
/// <para>
/// Sums of floats depend on their order, which differs between matrix libraries, processors and GPUs; a bit at the
/// border would flip from host to host. So features are rounded to multiples of 2⁻¹⁶ (half to even, clipped to
/// ±1024) and weights to a grid chosen such that every partial sum, in any order, is an integer of at most 53 bits,
/// which double precision holds exactly. The grid is finer than single precision for unit vectors. (Ours.)
/// </para>
/// <para>A tie, w_i·x = t_i on the grid, gives 0.</para>
/// </remarks>
public sealed class LinearHash : IHashFunction
{
    private const double FeatureScale = 65536;
    private const float FeatureLimit = 1024;

    // |feature| ≤ 2²⁶ on the grid; rows whose absolute values sum to at most 2²⁷ keep each partial sum within 2⁵³.
    private const double RowLimit = 1L << 27;
    private const double SumLimit = 1L << 53;

    private readonly double[] _weights;
    private readonly double[] _thresholds;

    /// <summary>Rounds weights and thresholds to the grid.</summary>
    /// <param name="weights">Row-major [bits, d]: one hyperplane normal a row.</param>
    /// <param name="thresholds">One for each bit; empty stands for zeros.</param>
    /// <param name="dimensions">Length d of the features.</param>
    /// <exception cref="ArgumentException">Shapes do not fit, bits are no multiple of 8 in 8..1024, or a value is not finite.</exception>
    public LinearHash(ReadOnlySpan<double> weights, ReadOnlySpan<double> thresholds, int dimensions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        Dimensions = dimensions;
        Bits = weights.Length / dimensions;
        if (weights.Length % dimensions != 0 || Bits is < 8 or > 1024 || Bits % 8 != 0)
        {
            throw new ArgumentException(
                $"{weights.Length} weights are no [bits, {dimensions}] with bits a multiple of 8 up to 1024.", nameof(weights));
        }

        if (thresholds.Length != 0 && thresholds.Length != Bits)
        {
            throw new ArgumentException($"{thresholds.Length} thresholds for {Bits} bits.", nameof(thresholds));
        }

        // Of nothing, IsFiniteAll says false.
        if (!TensorPrimitives.IsFiniteAll(weights) || (thresholds.Length > 0 && !TensorPrimitives.IsFiniteAll(thresholds)))
        {
            throw new ArgumentException("A weight or threshold is not finite.", nameof(weights));
        }

        double weightScale = Grid(weights, dimensions);
        _weights = new double[weights.Length];
        for (int i = 0; i < weights.Length; i++)
        {
            // Towards zero, so that rounding cannot push a row over its limit.
            _weights[i] = Math.Truncate(weights[i] * weightScale);
        }

        _thresholds = new double[Bits];
        for (int bit = 0; bit < thresholds.Length; bit++)
        {
            _thresholds[bit] = Math.Clamp(Math.Round(thresholds[bit] * weightScale * FeatureScale), -SumLimit, SumLimit);
        }
    }

    /// <summary>Length d of the features.</summary>
    public int Dimensions { get; }

    /// <summary>Length of the codes in bits.</summary>
    public int Bits { get; }

    /// <summary>Encodes one feature in plain C#.</summary>
    /// <param name="features">d finite values.</param>
    /// <param name="code">Bits/8 bytes: bit i goes to byte i/8, position i%8, least significant first.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public void Encode(ReadOnlySpan<float> features, Span<byte> code)
    {
        if (features.Length != Dimensions || code.Length != Bits / 8)
        {
            throw new ArgumentException($"{Dimensions} features and {Bits / 8} code bytes are needed, not {features.Length} and {code.Length}.");
        }

        var grid = new double[Dimensions];
        for (int i = 0; i < grid.Length; i++)
        {
            grid[i] = MathF.Round(Math.Clamp(features[i], -FeatureLimit, FeatureLimit) * (float)FeatureScale, MidpointRounding.ToEven);
        }

        code.Clear();
        for (int bit = 0; bit < Bits; bit++)
        {
            if (TensorPrimitives.Dot<double>(_weights.AsSpan(bit * Dimensions, Dimensions), grid) > _thresholds[bit])
            {
                code[bit / 8] |= (byte)(1 << (bit % 8));
            }
        }
    }

    /// <summary>
    /// Builds the encoder: <c>features</c> float [N, d] → <c>codes</c> uint8 [N, bits/8]. Equal hashes give equal bytes.
    /// </summary>
    public byte[] BuildModel()
    {
        var graph = new OnnxGraphBuilder("linear_hash");
        string features = graph.Input("features", OnnxElementType.Float, "N", Dimensions);
        string least = graph.Constant("least", [-FeatureLimit]);
        string most = graph.Constant("most", [FeatureLimit]);
        string scale = graph.Constant("scale", [(float)FeatureScale]);
        string weights = graph.Constant("weights", Transposed(), Dimensions, Bits);
        string thresholds = graph.Constant("thresholds", _thresholds, Bits);
        string places = graph.Constant("places", BitPlaces(), Bits, Bits / 8);

        string clipped = graph.Node("Clip", "clipped", [features, least, most]);
        string scaled = graph.Node("Mul", "scaled", [clipped, scale]);
        string rounded = graph.Node("Round", "rounded", [scaled]);
        string grid = graph.Node("Cast", "grid", [rounded], OnnxAttribute.Of("to", (long)OnnxElementType.Double));
        string products = graph.Node("MatMul", "products", [grid, weights]);
        string bits = graph.Node("Greater", "bits", [products, thresholds]);
        string ones = graph.Node("Cast", "ones", [bits], OnnxAttribute.Of("to", (long)OnnxElementType.Float));
        string packed = graph.Node("MatMul", "packed", [ones, places]);
        string codes = graph.Node("Cast", "codes", [packed], OnnxAttribute.Of("to", (long)OnnxElementType.UInt8));
        graph.Output(codes, OnnxElementType.UInt8, "N", Bits / 8);
        return graph.Build();
    }

    /// <summary>The largest power of two that keeps every row within its limit.</summary>
    private static double Grid(ReadOnlySpan<double> weights, int dimensions)
    {
        double largest = 0;
        for (int at = 0; at < weights.Length; at += dimensions)
        {
            largest = Math.Max(largest, TensorPrimitives.SumOfMagnitudes(weights.Slice(at, dimensions)));
        }

        return largest > 0
            ? Math.ScaleB(1, Math.ILogB(RowLimit / largest))
            : throw new ArgumentException("All weights are zero.", nameof(weights));
    }

    private double[] Transposed()
    {
        var transposed = new double[_weights.Length];
        for (int bit = 0; bit < Bits; bit++)
        {
            for (int d = 0; d < Dimensions; d++)
            {
                transposed[(d * Bits) + bit] = _weights[(bit * Dimensions) + d];
            }
        }

        return transposed;
    }

    private float[] BitPlaces()
    {
        var places = new float[Bits * (Bits / 8)];
        for (int bit = 0; bit < Bits; bit++)
        {
            places[(bit * (Bits / 8)) + (bit / 8)] = 1 << (bit % 8);
        }

        return places;
    }
}
