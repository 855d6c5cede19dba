using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Hashing.Learning;

/// <summary>
/// A row-major matrix of floats whose rows are padded with zeros to whole vectors, so that products need no remainders.
/// </summary>
/// <remarks>
/// Products are equal bit for bit on every processor and for every number of threads: each value is summed over one
/// index in its order with fused multiply-adds, and vectors run across values, never across a sum. (Ours.)
/// </remarks>
internal sealed class RowMatrix
{
    private const int Lanes = 16;
    private readonly float[] _values;

    public RowMatrix(int rows, int columns)
    {
        (Rows, Columns, Stride) = (rows, columns, Padded(columns));
        _values = GC.AllocateArray<float>(checked(rows * Stride), pinned: true);
    }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>Values from one row to the next.</summary>
    public int Stride { get; }

    /// <summary>All values, padding included.</summary>
    public Span<float> Values => _values;

    /// <summary>One row without its padding.</summary>
    public Span<float> this[int row] => _values.AsSpan(row * Stride, Columns);

    public static int Padded(int columns) => (columns + Lanes - 1) / Lanes * Lanes;

    /// <summary>Rows first … first + count − 1 with their padding.</summary>
    public Span<float> Block(int first, int count) => _values.AsSpan(first * Stride, count * Stride);

    public RowMatrix Transposed()
    {
        var transposed = new RowMatrix(Columns, Rows);
        TransposeInto(transposed);
        return transposed;
    }

    public void TransposeInto(RowMatrix transposed)
    {
        for (int row = 0; row < Rows; row++)
        {
            ReadOnlySpan<float> from = this[row];
            for (int column = 0; column < from.Length; column++)
            {
                transposed._values[(column * transposed.Stride) + row] = from[column];
            }
        }
    }

    /// <summary>This times another, by all cores.</summary>
    public RowMatrix Times(RowMatrix right)
    {
        const int BlockRows = 512;
        var product = new RowMatrix(Rows, right.Columns);
        Parallel.For(0, (Rows + BlockRows - 1) / BlockRows, block =>
        {
            int first = block * BlockRows, count = Math.Min(BlockRows, Rows - first);
            Multiply(Block(first, count), Stride, 1, right.Values, right.Stride, product.Block(first, count), product.Stride, count, Columns);
        });
        return product;
    }

    /// <summary>
    /// The transpose of this times another of as many rows, by all cores: sums of 256 rows in single precision, and their
    /// sum in double precision.
    /// </summary>
    /// <returns>Row-major [Columns, right.Columns].</returns>
    public double[] TransposeTimes(RowMatrix right)
    {
        const int BlockRows = 256;
        int blocks = (Rows + BlockRows - 1) / BlockRows;
        var sum = new double[Columns * right.Columns];
        var partial = new RowMatrix[Math.Min(blocks, 8)];
        for (int i = 0; i < partial.Length; i++)
        {
            partial[i] = new RowMatrix(Columns, right.Columns);
        }

        for (int start = 0; start < blocks; start += partial.Length)
        {
            int some = Math.Min(partial.Length, blocks - start), from = start;
            Parallel.For(0, some, i =>
            {
                int first = (from + i) * BlockRows, count = Math.Min(BlockRows, Rows - first);
                Multiply(
                    Block(first, count), 1, Stride, right.Block(first, count), right.Stride, partial[i].Values, partial[i].Stride, Columns, count);
            });
            Parallel.For(0, Columns, row =>
            {
                Span<double> to = sum.AsSpan(row * right.Columns, right.Columns);
                for (int i = 0; i < some; i++)
                {
                    ReadOnlySpan<float> part = partial[i][row];
                    for (int column = 0; column < to.Length; column++)
                    {
                        to[column] += part[column];
                    }
                }
            });
        }

        return sum;
    }

    /// <summary>
    /// product[i, j] = Σ_k left(i, k) · right[k, j] for all j of a padded row, k ascending.
    /// </summary>
    /// <param name="left">Its value (i, k) lies at i·leftRow + k·leftColumn, so that a transpose needs no copy.</param>
    /// <param name="leftRow">Values from one i to the next.</param>
    /// <param name="leftColumn">Values from one k to the next.</param>
    /// <param name="right">Padded rows [depth, stride].</param>
    /// <param name="rightStride">The right matrix's stride.</param>
    /// <param name="product">Padded rows [rows, stride]; overwritten.</param>
    /// <param name="productStride">The product's stride, at most the right matrix's.</param>
    /// <param name="rows">Number of i.</param>
    /// <param name="depth">Number of k.</param>
    public static void Multiply(
        ReadOnlySpan<float> left, int leftRow, int leftColumn, ReadOnlySpan<float> right, int rightStride,
        Span<float> product, int productStride, int rows, int depth)
    {
        if (rows == 0)
        {
            return;
        }

        // The kernels do not check bounds.
        ArgumentOutOfRangeException.ThrowIfLessThan(left.Length, ((rows - 1) * leftRow) + ((depth - 1) * leftColumn) + 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(right.Length, ((depth - 1) * rightStride) + productStride);
        ArgumentOutOfRangeException.ThrowIfLessThan(product.Length, rows * productStride);
        ref float a = ref MemoryMarshal.GetReference(left);
        ref float b = ref MemoryMarshal.GetReference(right);
        ref float c = ref MemoryMarshal.GetReference(product);
        int i = 0;
        for (; i + 4 <= rows; i += 4)
        {
            int j = 0;
            for (; j + (2 * Lanes) <= productStride; j += 2 * Lanes)
            {
                FourByTwo(
                    ref At(ref a, i * leftRow), leftRow, leftColumn, ref At(ref b, j), rightStride,
                    ref At(ref c, (i * productStride) + j), productStride, depth);
            }

            for (; j < productStride; j += Lanes)
            {
                FourByOne(
                    ref At(ref a, i * leftRow), leftRow, leftColumn, ref At(ref b, j), rightStride,
                    ref At(ref c, (i * productStride) + j), productStride, depth);
            }
        }

        for (; i < rows; i++)
        {
            for (int j = 0; j < productStride; j += Lanes)
            {
                OneByOne(ref At(ref a, i * leftRow), leftColumn, ref At(ref b, j), rightStride, ref At(ref c, (i * productStride) + j), depth);
            }
        }
    }

    private static ref float At(ref float values, int index) => ref System.Runtime.CompilerServices.Unsafe.Add(ref values, index);

    private static Vector512<float> Load(ref float values, int index) => Vector512.LoadUnsafe(ref values, (nuint)index);

    private static void FourByTwo(
        ref float a, int leftRow, int leftColumn, ref float b, int rightStride, ref float c, int productStride, int depth)
    {
        Vector512<float> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default, c30 = default, c31 = default;
        for (int k = 0; k < depth; k++)
        {
            Vector512<float> b0 = Load(ref b, k * rightStride), b1 = Load(ref b, (k * rightStride) + Lanes);
            ref float column = ref At(ref a, k * leftColumn);
            Vector512<float> x = Vector512.Create(column);
            c00 = Vector512.FusedMultiplyAdd(x, b0, c00);
            c01 = Vector512.FusedMultiplyAdd(x, b1, c01);
            x = Vector512.Create(At(ref column, leftRow));
            c10 = Vector512.FusedMultiplyAdd(x, b0, c10);
            c11 = Vector512.FusedMultiplyAdd(x, b1, c11);
            x = Vector512.Create(At(ref column, 2 * leftRow));
            c20 = Vector512.FusedMultiplyAdd(x, b0, c20);
            c21 = Vector512.FusedMultiplyAdd(x, b1, c21);
            x = Vector512.Create(At(ref column, 3 * leftRow));
            c30 = Vector512.FusedMultiplyAdd(x, b0, c30);
            c31 = Vector512.FusedMultiplyAdd(x, b1, c31);
        }

        c00.StoreUnsafe(ref c);
        c01.StoreUnsafe(ref c, Lanes);
        c10.StoreUnsafe(ref c, (nuint)productStride);
        c11.StoreUnsafe(ref c, (nuint)productStride + Lanes);
        c20.StoreUnsafe(ref c, 2 * (nuint)productStride);
        c21.StoreUnsafe(ref c, (2 * (nuint)productStride) + Lanes);
        c30.StoreUnsafe(ref c, 3 * (nuint)productStride);
        c31.StoreUnsafe(ref c, (3 * (nuint)productStride) + Lanes);
    }

    private static void FourByOne(
        ref float a, int leftRow, int leftColumn, ref float b, int rightStride, ref float c, int productStride, int depth)
    {
        Vector512<float> c0 = default, c1 = default, c2 = default, c3 = default;
        for (int k = 0; k < depth; k++)
        {
            Vector512<float> b0 = Load(ref b, k * rightStride);
            ref float column = ref At(ref a, k * leftColumn);
            c0 = Vector512.FusedMultiplyAdd(Vector512.Create(column), b0, c0);
            c1 = Vector512.FusedMultiplyAdd(Vector512.Create(At(ref column, leftRow)), b0, c1);
            c2 = Vector512.FusedMultiplyAdd(Vector512.Create(At(ref column, 2 * leftRow)), b0, c2);
            c3 = Vector512.FusedMultiplyAdd(Vector512.Create(At(ref column, 3 * leftRow)), b0, c3);
        }

        c0.StoreUnsafe(ref c);
        c1.StoreUnsafe(ref c, (nuint)productStride);
        c2.StoreUnsafe(ref c, 2 * (nuint)productStride);
        c3.StoreUnsafe(ref c, 3 * (nuint)productStride);
    }

    private static void OneByOne(ref float a, int leftColumn, ref float b, int rightStride, ref float c, int depth)
    {
        Vector512<float> sum = default;
        for (int k = 0; k < depth; k++)
        {
            sum = Vector512.FusedMultiplyAdd(Vector512.Create(At(ref a, k * leftColumn)), Load(ref b, k * rightStride), sum);
        }

        sum.StoreUnsafe(ref c);
    }
}
