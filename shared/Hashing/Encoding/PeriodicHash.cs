using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Pipeline.Onnx.Graphs;

namespace Pipeline.Hashing;

/// <summary>
/// Codes whose bits alternate along projections, as those of spectral hashing do (<see cref="Wave"/>), computed here
/// and as an ONNX model with exactly equal results.
/// </summary>
/// <remarks>
/// The sine is positive in every other cell of one half-wave, so its sign is the parity of the cell's number. On the
/// grids of <see cref="LinearHash"/> that number is the quotient of two integers whose sum is below 2⁵³; such a
/// quotient, correctly rounded, never reaches the next integer, so rounding it down is exact. A cell holds its lower
/// border. (Ours.)
/// </remarks>
public sealed class PeriodicHash : IHashFunction
{
    // Features are below 2²⁶ on their grid, so sums are below 2⁵¹; with an offset and a half-wave below 2⁵¹, all is exact.
    private const double RowLimit = 1L << 25;
    private const double Limit = 1L << 51;

    private readonly GridMatrix _projections;
    private readonly int[] _projectionOfBit;
    private readonly double[] _offsets;
    private readonly double[] _widths;

    /// <summary>Rounds projections and waves to the grid.</summary>
    /// <param name="projections">Row-major [p, d].</param>
    /// <param name="mean">What is subtracted from features before they are projected, d values; empty: nothing.</param>
    /// <param name="waves">One for each bit.</param>
    /// <param name="dimensions">Length d of the features.</param>
    /// <exception cref="ArgumentException">
    /// Shapes do not fit, bits are no multiple of 8 in 8..1024, a value is not finite, or a wave is no wave.
    /// </exception>
    public PeriodicHash(ReadOnlySpan<double> projections, ReadOnlySpan<double> mean, ReadOnlySpan<Wave> waves, int dimensions)
    {
        _projections = new GridMatrix(projections, dimensions, RowLimit);
        Bits = CodeBits.Require(waves.Length);
        if (mean.Length != 0 && (mean.Length != dimensions || !TensorPrimitives.IsFiniteAll(mean)))
        {
            throw new ArgumentException($"A mean of {dimensions} finite values is needed.", nameof(mean));
        }

        (_projectionOfBit, _offsets, _widths) = (new int[Bits], new double[Bits], new double[Bits]);
        double scale = _projections.Scale * FeatureGrid.Common.Scale;
        for (int bit = 0; bit < Bits; bit++)
        {
            (int projection, double start, double halfWave) = waves[bit];
            if (projection < 0 || projection >= _projections.Rows || !double.IsFinite(start) || !(halfWave > 0))
            {
                throw new ArgumentException($"Bit {bit} has no wave on one of {_projections.Rows} projections: {waves[bit]}.", nameof(waves));
            }

            // Plain loops in a fixed order: a vectorised sum would differ between processors in its last digit.
            double centre = 0;
            for (int d = 0; d < mean.Length; d++)
            {
                centre += projections[(projection * dimensions) + d] * mean[d];
            }

            _projectionOfBit[bit] = projection;
            _widths[bit] = Math.Clamp(Math.Round(halfWave * scale), 1, Limit);

            // Whole waves do not matter: without them the offset stays small wherever the features lie.
            double offset = Math.IEEERemainder(start + centre - (halfWave / 2), 2 * halfWave) * scale;
            _offsets[bit] = Math.Clamp(Math.Round(offset), -Limit, Limit);
        }
    }

    /// <inheritdoc/>
    public int Dimensions => _projections.Dimensions;

    /// <inheritdoc/>
    public int Bits { get; }

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<float> features, Span<byte> code)
    {
        CodeBits.Require(this, features, code);
        using var scratch = new Scratch(Dimensions + _projections.Stride + Bits);
        Span<double> grid = scratch.Span[..Dimensions], values = scratch.Span.Slice(Dimensions, _projections.Stride);
        Span<double> ofBits = scratch.Span[^Bits..];
        FeatureGrid.Common.Round(features, grid);
        _projections.Multiply(grid, values);
        for (int bit = 0; bit < ofBits.Length; bit++)
        {
            ofBits[bit] = values[_projectionOfBit[bit]];
        }

        ref double value = ref MemoryMarshal.GetReference(ofBits);
        ref double offset = ref MemoryMarshal.GetArrayDataReference(_offsets);
        ref double width = ref MemoryMarshal.GetArrayDataReference(_widths);
        for (int i = 0; i < code.Length; i++)
        {
            nuint at = (nuint)(8 * i);
            Vector512<double> cell = Vector512.Floor(
                (Vector512.LoadUnsafe(ref value, at) - Vector512.LoadUnsafe(ref offset, at)) / Vector512.LoadUnsafe(ref width, at));
            Vector512<double> half = cell * Vector512.Create(0.5);
            code[i] = (byte)Vector512.Equals(half, Vector512.Floor(half)).ExtractMostSignificantBits();
        }
    }

    /// <inheritdoc/>
    public byte[] BuildModel()
    {
        var graph = new OnnxGraphBuilder("periodic_hash");
        string features = graph.Input("features", OnnxElementType.Float, "N", Dimensions);
        string grid = FeatureGrid.Common.Append(graph, features);
        string projections = graph.Constant("projections", _projections.Transposed(), Dimensions, _projections.Rows);
        string ofBits = graph.Constant("projection_of_bit", [.. _projectionOfBit.Select(p => (long)p)], Bits);
        string offsets = graph.Constant("offsets", _offsets, Bits);
        string widths = graph.Constant("widths", _widths, Bits);
        string two = graph.Constant("half", [0.5], 1);

        string projected = graph.Node("MatMul", "projected", [grid, projections]);
        string values = graph.Node("Gather", "values", [projected, ofBits], OnnxAttribute.Of("axis", 1));
        string distances = graph.Node("Sub", "distances", [values, offsets]);
        string waves = graph.Node("Div", "half_waves", [distances, widths]);
        string cells = graph.Node("Floor", "cells", [waves]);
        string halves = graph.Node("Mul", "halves", [cells, two]);
        string whole = graph.Node("Floor", "whole", [halves]);
        string bits = graph.Node("Equal", "bits", [halves, whole]);
        CodeBits.Append(graph, bits, Bits);
        return graph.Build();
    }
}
