using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Pipeline.Sift;

namespace Pipeline.Neighbours.Words;

/// <summary>
/// Byte centroids in groups, laid out so that one multiply-add compares a descriptor with eight of them in four dimensions.
/// Distances are exact integers on every path, so neither processor nor thread count changes a result.
/// </summary>
/// <remarks>
/// |d − c|² = |d|² + |c|² − 2 d·c, and |d|² is the same for all centroids. Centroids are kept as c − 128, because the
/// instruction multiplies unsigned by signed bytes; that shifts all dot products of a descriptor by the same number.
/// </remarks>
internal sealed unsafe class CentroidGroups
{
    /// <summary>
    /// Centroids side by side, one for each 32-bit lane. Also the number of winners of a search: the nearest centroid among those
    /// whose place in the group is the same modulo eight, for each of the eight remainders.
    /// </summary>
    public const int Lanes = 8;

    private const int Size = SiftFeatures.DescriptorSize;

    /// <summary>Bytes of a block: 32 steps × 8 centroids × 4 dimensions.</summary>
    private const int BlockSize = Lanes * Size;

    /// <summary>Descriptors that are compared at once, which loads each block once for all of them.</summary>
    private const int Rows = 4;

    /// <summary>The norm of a place without a centroid: further than anything, and far from overflow.</summary>
    private const int Nowhere = int.MaxValue / 2;

    private readonly sbyte[] _blocks;
    private readonly int[] _norms;
    private readonly int[] _firstBlock;
    private readonly int[] _firstCentroid;

    /// <summary>Lays the centroids out.</summary>
    /// <param name="centroids">Rows of 128 bytes, group after group.</param>
    /// <param name="groupSizes">Number of centroids of each group, at least 1 each.</param>
    public CentroidGroups(ReadOnlySpan<byte> centroids, ReadOnlySpan<int> groupSizes)
    {
        _firstBlock = new int[groupSizes.Length + 1];
        _firstCentroid = new int[groupSizes.Length + 1];
        for (var g = 0; g < groupSizes.Length; g++)
        {
            _firstBlock[g + 1] = _firstBlock[g] + ((groupSizes[g] + Lanes - 1) / Lanes);
            _firstCentroid[g + 1] = _firstCentroid[g] + groupSizes[g];
        }

        _blocks = new sbyte[_firstBlock[^1] * BlockSize];
        _norms = new int[_firstBlock[^1] * Lanes];
        Array.Fill(_norms, Nowhere);
        for (var g = 0; g < groupSizes.Length; g++)
        {
            for (var i = 0; i < groupSizes[g]; i++)
            {
                Place(centroids.Slice((_firstCentroid[g] + i) * Size, Size), (_firstBlock[g] * Lanes) + i);
            }
        }
    }

    /// <summary>Which instructions are used; tests compare them all.</summary>
    internal enum Path
    {
        /// <summary>The fastest that the processor has.</summary>
        Fastest,

        /// <summary>AVX2 alone, where the processor has it.</summary>
        Avx2,

        /// <summary>No vector instructions.</summary>
        Scalar,
    }

    /// <summary>Finds each descriptor's nearest centroid of a group. Ties go to the lower index.</summary>
    /// <param name="descriptors">Rows of 128 bytes.</param>
    /// <param name="group">The group.</param>
    /// <param name="nearest">One for each descriptor: the centroid, counted through all groups, and its squared distance.</param>
    /// <param name="path">For tests.</param>
    public void Nearest(ReadOnlySpan<byte> descriptors, int group, Span<(int Centroid, int Distance)> nearest, Path path = Path.Fastest)
    {
        Span<long> winners = stackalloc long[Rows * Lanes];
        for (var first = 0; first < nearest.Length; first += Rows)
        {
            var count = Math.Min(Rows, nearest.Length - first);
            Winners(descriptors.Slice(first * Size, count * Size), group, winners, path);
            for (var r = 0; r < count; r++)
            {
                var best = long.MaxValue;
                foreach (var winner in winners.Slice(r * Lanes, Lanes))
                {
                    best = Math.Min(best, winner);
                }

                nearest[first + r] = (CentroidOf(best), (int)(best >> 32) + Rest(descriptors.Slice((first + r) * Size, Size)));
            }
        }
    }

    /// <summary>
    /// Finds, for each descriptor, the nearest centroid of each remainder modulo eight. The nearest of all is one of them, and the next
    /// nearest mostly are too; the comparison yields them for nothing.
    /// </summary>
    /// <param name="descriptors">Up to four rows of 128 bytes.</param>
    /// <param name="group">The group.</param>
    /// <param name="winners">
    /// Eight for each descriptor, as distance · 2³² + index: compared as numbers they order by distance, then by index. The distance lacks
    /// a term that is the same for all centroids. <see cref="CentroidOf"/> tells the centroid; <see cref="IsNone"/> a remainder without any.
    /// </param>
    /// <param name="path">For tests.</param>
    public void Winners(ReadOnlySpan<byte> descriptors, int group, Span<long> winners, Path path = Path.Fastest)
    {
        var count = descriptors.Length / Size;
        int first = _firstBlock[group], end = _firstBlock[group + 1];
        fixed (byte* rows = descriptors)
        fixed (sbyte* blocks = _blocks)
        fixed (int* norms = _norms)
        fixed (long* found = winners)
        {
            if (path == Path.Scalar || !Avx2.IsSupported)
            {
                for (var r = 0; r < count; r++)
                {
                    CompareScalar(rows + (r * Size), blocks, norms, first, end, found + (r * Lanes));
                }
            }
            else if (path == Path.Fastest && AvxVnni.IsSupported)
            {
                Compare<Vnni>(rows, count, blocks, norms, first, end, found);
            }
            else
            {
                Compare<Madd>(rows, count, blocks, norms, first, end, found);
            }
        }

        // From place to index: places of a group are gapless but for its last block.
        var shift = _firstCentroid[group] - (first * Lanes);
        for (var i = 0; i < count * Lanes; i++)
        {
            winners[i] += shift;
        }
    }

    /// <summary>The centroid of a winner, counted through all groups.</summary>
    public static int CentroidOf(long winner) => (int)winner;

    /// <summary>Whether a remainder had no centroid.</summary>
    public static bool IsNone(long winner) => winner >> 32 > Nowhere / 2;

    private static void Compare<TDot>(byte* rows, int count, sbyte* blocks, int* norms, int first, int end, long* found)
        where TDot : IDot
    {
        if (count == Rows)
        {
            CompareFour<TDot>(rows, blocks, norms, first, end, found);
            return;
        }

        for (var r = 0; r < count; r++)
        {
            CompareOne<TDot>(rows + (r * Size), blocks, norms, first, end, found + (r * Lanes));
        }
    }

    private static void CompareFour<TDot>(byte* rows, sbyte* blocks, int* norms, int first, int end, long* found)
        where TDot : IDot
    {
        Vector256<int> d0 = Vector256.Create(int.MaxValue), d1 = d0, d2 = d0, d3 = d0;
        Vector256<int> i0 = default, i1 = default, i2 = default, i3 = default;
        var block = first;

        // Two blocks at once: eight independent sums hide the instruction's latency.
        for (; block + 1 < end; block += 2)
        {
            var column = blocks + (block * BlockSize);
            Vector256<int> s0 = default, s1 = default, s2 = default, s3 = default, t0 = default, t1 = default, t2 = default, t3 = default;
            for (var k = 0; k < Size; k += 4)
            {
                var left = Vector256.Load(column + (k * Lanes));
                var right = Vector256.Load(column + BlockSize + (k * Lanes));
                var row = Broadcast(rows + k);
                s0 = TDot.Add(s0, row, left);
                t0 = TDot.Add(t0, row, right);
                row = Broadcast(rows + Size + k);
                s1 = TDot.Add(s1, row, left);
                t1 = TDot.Add(t1, row, right);
                row = Broadcast(rows + (2 * Size) + k);
                s2 = TDot.Add(s2, row, left);
                t2 = TDot.Add(t2, row, right);
                row = Broadcast(rows + (3 * Size) + k);
                s3 = TDot.Add(s3, row, left);
                t3 = TDot.Add(t3, row, right);
            }

            Keep(ref d0, ref i0, norms, block, s0);
            Keep(ref d1, ref i1, norms, block, s1);
            Keep(ref d2, ref i2, norms, block, s2);
            Keep(ref d3, ref i3, norms, block, s3);
            Keep(ref d0, ref i0, norms, block + 1, t0);
            Keep(ref d1, ref i1, norms, block + 1, t1);
            Keep(ref d2, ref i2, norms, block + 1, t2);
            Keep(ref d3, ref i3, norms, block + 1, t3);
        }

        for (; block < end; block++)
        {
            var column = blocks + (block * BlockSize);
            Vector256<int> s0 = default, s1 = default, s2 = default, s3 = default;
            for (var k = 0; k < Size; k += 4)
            {
                var centroids = Vector256.Load(column + (k * Lanes));
                s0 = TDot.Add(s0, Broadcast(rows + k), centroids);
                s1 = TDot.Add(s1, Broadcast(rows + Size + k), centroids);
                s2 = TDot.Add(s2, Broadcast(rows + (2 * Size) + k), centroids);
                s3 = TDot.Add(s3, Broadcast(rows + (3 * Size) + k), centroids);
            }

            Keep(ref d0, ref i0, norms, block, s0);
            Keep(ref d1, ref i1, norms, block, s1);
            Keep(ref d2, ref i2, norms, block, s2);
            Keep(ref d3, ref i3, norms, block, s3);
        }

        Store(d0, i0, found);
        Store(d1, i1, found + Lanes);
        Store(d2, i2, found + (2 * Lanes));
        Store(d3, i3, found + (3 * Lanes));
    }

    private static void CompareOne<TDot>(byte* row, sbyte* blocks, int* norms, int first, int end, long* found)
        where TDot : IDot
    {
        var distances = Vector256.Create(int.MaxValue);
        Vector256<int> indices = default;
        for (var block = first; block < end; block++)
        {
            var column = blocks + (block * BlockSize);
            Vector256<int> a = default, b = default, c = default, d = default;
            for (var k = 0; k < Size; k += 16)
            {
                a = TDot.Add(a, Broadcast(row + k), Vector256.Load(column + (k * Lanes)));
                b = TDot.Add(b, Broadcast(row + k + 4), Vector256.Load(column + ((k + 4) * Lanes)));
                c = TDot.Add(c, Broadcast(row + k + 8), Vector256.Load(column + ((k + 8) * Lanes)));
                d = TDot.Add(d, Broadcast(row + k + 12), Vector256.Load(column + ((k + 12) * Lanes)));
            }

            Keep(ref distances, ref indices, norms, block, a + b + (c + d));
        }

        Store(distances, indices, found);
    }

    private static void CompareScalar(byte* row, sbyte* blocks, int* norms, int first, int end, long* found)
    {
        new Span<long>(found, Lanes).Fill(long.MaxValue);
        for (var place = first * Lanes; place < end * Lanes; place++)
        {
            var column = blocks + (place / Lanes * BlockSize) + (place % Lanes * 4);
            var sum = 0;
            for (var k = 0; k < Size; k++)
            {
                sum += row[k] * column[(k / 4 * Lanes * 4) + (k % 4)];
            }

            found[place % Lanes] = Math.Min(found[place % Lanes], Key(norms[place] - (2 * sum), place));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Broadcast(byte* four) => Vector256.Create(*(int*)four).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Keep(ref Vector256<int> distances, ref Vector256<int> indices, int* norms, int block, Vector256<int> sum)
    {
        var found = Vector256.Load(norms + (block * Lanes)) - (sum + sum);
        indices = Vector256.ConditionalSelect(Vector256.LessThan(found, distances), Vector256.Create(block), indices);
        distances = Vector256.Min(distances, found);
    }

    private static void Store(Vector256<int> distances, Vector256<int> blocks, long* found)
    {
        for (var lane = 0; lane < Lanes; lane++)
        {
            found[lane] = Key(distances[lane], (blocks[lane] * Lanes) + lane);
        }
    }

    /// <summary>Orders by distance, then by place.</summary>
    private static long Key(int distance, int place) => ((long)distance << 32) + place;

    /// <summary>What the comparison leaves out of the squared distance: |d|² − 2·128·Σd.</summary>
    private static int Rest(ReadOnlySpan<byte> descriptor)
    {
        var rest = 0;
        foreach (int value in descriptor)
        {
            rest += value * (value - 256);
        }

        return rest;
    }

    private void Place(ReadOnlySpan<byte> centroid, int place)
    {
        var norm = 0;
        var column = _blocks.AsSpan((place / Lanes * BlockSize) + (place % Lanes * 4));
        for (var k = 0; k < Size; k++)
        {
            norm += centroid[k] * centroid[k];
            column[(k / 4 * Lanes * 4) + (k % 4)] = (sbyte)(centroid[k] - 128);
        }

        _norms[place] = norm;
    }

    /// <summary>Adds the products of four unsigned by four signed bytes to each 32-bit lane.</summary>
    private interface IDot
    {
        static abstract Vector256<int> Add(Vector256<int> sum, Vector256<byte> unsigned, Vector256<sbyte> signed);
    }

    private readonly struct Vnni : IDot
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<int> Add(Vector256<int> sum, Vector256<byte> unsigned, Vector256<sbyte> signed) =>
            AvxVnni.MultiplyWideningAndAdd(sum, unsigned, signed);
    }

    /// <summary>In two halves of 16 bits, since AVX2's own product of bytes saturates.</summary>
    private readonly struct Madd : IDot
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<int> Add(Vector256<int> sum, Vector256<byte> unsigned, Vector256<sbyte> signed)
        {
            var low = Vector256.ShiftRightArithmetic(Vector256.ShiftLeft(signed.AsInt16(), 8), 8);
            var high = Vector256.ShiftRightArithmetic(signed.AsInt16(), 8);
            return sum + Avx2.MultiplyAddAdjacent(unsigned.AsInt16() & Vector256.Create((short)0xFF), low)
                + Avx2.MultiplyAddAdjacent(Vector256.ShiftRightLogical(unsigned.AsInt16(), 8), high);
        }
    }
}
