using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Hashing;

/// <summary>
/// A matrix of integers, held as doubles, whose products with vectors of integers are exact: every partial sum, in any
/// order and with or without fused multiply-add, is an integer of at most 53 bits. (Ours.)
/// </summary>
/// <remarks>
/// Sums of floats depend on their order, which differs between matrix libraries, processors and GPUs; a bit at the
/// border would flip from host to host.
/// </remarks>
internal sealed class GridMatrix
{
    /// <summary>The largest integer that double precision surely tells from its neighbours.</summary>
    public const double Exact = 1L << 53;

    private const int Wide = 4;

    // Column by column, so that one feature meets its weights of many rows at once. Columns begin on cache lines.
    private readonly double[] _columns;
    private readonly int _first;

    /// <summary>Rounds weights to the finest power of two that the limits allow.</summary>
    /// <param name="weights">Row-major [rows, d], finite, not all zero.</param>
    /// <param name="dimensions">d.</param>
    /// <param name="rowLimit">What the absolute integers of a row may sum to.</param>
    /// <param name="finest">Upper bound of <see cref="Scale"/>.</param>
    /// <exception cref="ArgumentException">The weights fill no whole rows, are all zero, or one is not finite.</exception>
    public GridMatrix(ReadOnlySpan<double> weights, int dimensions, double rowLimit, double finest = double.PositiveInfinity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        if (weights.IsEmpty || weights.Length % dimensions != 0)
        {
            throw new ArgumentException($"{weights.Length} weights are no rows of {dimensions}.", nameof(weights));
        }

        if (!TensorPrimitives.IsFiniteAll(weights))
        {
            throw new ArgumentException("A weight is not finite.", nameof(weights));
        }

        (Rows, Dimensions) = (weights.Length / dimensions, dimensions);
        Scale = PowerOfTwo(Math.Min(rowLimit / LargestRow(weights, dimensions), finest));
        Stride = (Rows + Vector512<double>.Count - 1) / Vector512<double>.Count * Vector512<double>.Count;
        _columns = GC.AllocateArray<double>((Stride * dimensions) + Vector512<double>.Count, pinned: true);
        _first = FirstOnCacheLine(_columns);
        for (int row = 0; row < Rows; row++)
        {
            for (int d = 0; d < dimensions; d++)
            {
                // Towards zero, so that rounding cannot push a row over its limit.
                _columns[_first + (d * Stride) + row] = Math.Truncate(weights[(row * dimensions) + d] * Scale);
            }
        }
    }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Length d of a row.</summary>
    public int Dimensions { get; }

    /// <summary>Rows, rounded up to whole vectors: the room <see cref="Multiply"/> needs.</summary>
    public int Stride { get; }

    /// <summary>Steps of the grid in 1: a power of two.</summary>
    public double Scale { get; }

    /// <summary>The integer of a weight.</summary>
    public double this[int row, int dimension] => _columns[_first + (dimension * Stride) + row];

    /// <summary>The largest power of two not above a positive number, within what doubles scale by safely.</summary>
    public static double PowerOfTwo(double atMost) => Math.ScaleB(1, Math.Clamp(Math.ILogB(atMost), -1000, 1000));

    /// <summary>All products of the rows with one vector.</summary>
    /// <param name="grid">d integers.</param>
    /// <param name="sums">Receives <see cref="Rows"/> sums, then zeros up to <see cref="Stride"/>.</param>
    public void Multiply(ReadOnlySpan<double> grid, Span<double> sums)
    {
        ref double columns = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_columns), _first);
        ref double target = ref MemoryMarshal.GetReference(sums[..Stride]);
        grid = grid[..Dimensions];
        int width = Vector512<double>.Count, at = 0;
        for (; at <= Stride - (Wide * width); at += Wide * width)
        {
            Vector512<double> a = default, b = default, c = default, d = default;
            nuint from = (nuint)at;
            foreach (double value in grid)
            {
                Vector512<double> x = Vector512.Create(value);
                a = Vector512.MultiplyAddEstimate(x, Vector512.LoadUnsafe(ref columns, from), a);
                b = Vector512.MultiplyAddEstimate(x, Vector512.LoadUnsafe(ref columns, from + 8), b);
                c = Vector512.MultiplyAddEstimate(x, Vector512.LoadUnsafe(ref columns, from + 16), c);
                d = Vector512.MultiplyAddEstimate(x, Vector512.LoadUnsafe(ref columns, from + 24), d);
                from += (nuint)Stride;
            }

            a.StoreUnsafe(ref target, (nuint)at);
            b.StoreUnsafe(ref target, (nuint)at + 8);
            c.StoreUnsafe(ref target, (nuint)at + 16);
            d.StoreUnsafe(ref target, (nuint)at + 24);
        }

        for (; at < Stride; at += width)
        {
            Vector512<double> sum = default;
            nuint from = (nuint)at;
            foreach (double value in grid)
            {
                sum = Vector512.MultiplyAddEstimate(Vector512.Create(value), Vector512.LoadUnsafe(ref columns, from), sum);
                from += (nuint)Stride;
            }

            sum.StoreUnsafe(ref target, (nuint)at);
        }
    }

    /// <summary>The matrix as a model multiplies by it: row-major [d, rows].</summary>
    public double[] Transposed()
    {
        var transposed = new double[Dimensions * Rows];
        for (int d = 0; d < Dimensions; d++)
        {
            _columns.AsSpan(_first + (d * Stride), Rows).CopyTo(transposed.AsSpan(d * Rows));
        }

        return transposed;
    }

    private static double LargestRow(ReadOnlySpan<double> weights, int dimensions)
    {
        double largest = 0;
        for (int at = 0; at < weights.Length; at += dimensions)
        {
            // In this order on every processor: the scale is part of what the function is.
            double sum = 0;
            foreach (double weight in weights.Slice(at, dimensions))
            {
                sum += Math.Abs(weight);
            }

            largest = Math.Max(largest, sum);
        }

        return largest > 0 ? largest : throw new ArgumentException("All weights are zero.", nameof(weights));
    }

    private static unsafe int FirstOnCacheLine(double[] pinned)
    {
        nuint address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));
        return (int)((64 - (address % 64)) % 64 / sizeof(double));
    }
}
