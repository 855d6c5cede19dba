using System.Runtime.Intrinsics.X86;
using Pipeline.Sift;
using static Pipeline.Neighbours.Words.ByteProducts;

namespace Pipeline.Neighbours.Words;

/// <summary>
/// Byte centroids in groups, laid out so that one multiply-add compares a descriptor with eight of them in four dimensions.
/// Distances are exact integers on every path, so neither processor nor thread count changes a result.
/// </summary>
/// <remarks>
/// |d − c|² = |d|² + |c|² − 2 d·c, and |d|² is the same for all centroids. Centroids are kept as c − 128, because the
/// instruction multiplies unsigned by signed bytes; that shifts all dot products of a descriptor by the same number.
/// </remarks>
internal sealed unsafe partial class CentroidGroups
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
}
