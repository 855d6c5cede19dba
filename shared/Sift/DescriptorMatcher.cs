using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.Sift;

/// <summary>
/// Exact nearest neighbours between two sets of byte descriptors, both ways in one pass, then Lowe's ratio test.
/// Distances are exact integers on every path, so the result does not depend on the processor.
/// </summary>
internal static class DescriptorMatcher
{
    private const int Size = SiftFeatures.DescriptorSize;

    /// <summary>Rows of the query that are compared at once, which loads each candidate row once for all of them.</summary>
    private const int Block = 4;

    /// <summary>Pairs (query, candidate) that are each other's nearest, in order of the query; ties go to the lower index.</summary>
    /// <param name="query">n × 128 bytes.</param>
    /// <param name="candidate">m × 128 bytes.</param>
    /// <param name="ratio">The nearest must be closer than this part of the distance to the second nearest; with one candidate it always is.</param>
    /// <param name="simd">False for the scalar path, which tests compare with.</param>
    internal static List<(int Query, int Candidate)> Match(ReadOnlySpan<byte> query, ReadOnlySpan<byte> candidate, float ratio, bool simd = true)
    {
        var n = query.Length / Size;
        var m = candidate.Length / Size;
        List<(int, int)> pairs = [];
        if (n == 0 || m == 0)
        {
            return pairs;
        }

        var best = new Nearest[n];
        var back = new (int Distance, int Index)[m];
        Array.Fill(best, Nearest.None);
        Array.Fill(back, (int.MaxValue, -1));
        if (simd && Avx2.IsSupported)
        {
            CompareWide(query, candidate, best, back);
        }
        else
        {
            CompareScalar(query, candidate, best, back);
        }

        var squaredRatio = (double)ratio * ratio;
        for (var i = 0; i < n; i++)
        {
            var nearest = best[i];
            if (back[nearest.Index].Index == i && (m == 1 || nearest.Distance < squaredRatio * nearest.Second))
            {
                pairs.Add((i, nearest.Index));
            }
        }

        return pairs;
    }

    private static void CompareScalar(ReadOnlySpan<byte> query, ReadOnlySpan<byte> candidate, Span<Nearest> best, Span<(int Distance, int Index)> back)
    {
        for (var i = 0; i < best.Length; i++)
        {
            var row = query.Slice(i * Size, Size);
            for (var j = 0; j < back.Length; j++)
            {
                var other = candidate.Slice(j * Size, Size);
                var distance = 0;
                for (var k = 0; k < Size; k++)
                {
                    var difference = row[k] - other[k];
                    distance += difference * difference;
                }

                Record(ref best[i], ref back[j], distance, i, j);
            }
        }
    }

    private static void CompareWide(ReadOnlySpan<byte> query, ReadOnlySpan<byte> candidate, Span<Nearest> best, Span<(int Distance, int Index)> back)
    {
        var n = best.Length;
        var m = back.Length;

        // Widened once, so that the inner loop is load, multiply-add, add; |a − b|² = |a|² + |b|² − 2ab needs only dot products.
        var wide = ArrayPool<short>.Shared.Rent((n + m) * Size);
        var norms = ArrayPool<int>.Shared.Rent(n + m);
        try
        {
            Widen(query, wide, norms);
            Widen(candidate, wide.AsSpan(n * Size), norms.AsSpan(n));
            ref var rows = ref MemoryMarshal.GetArrayDataReference(wide);
            ref var others = ref Unsafe.Add(ref rows, n * Size);
            Span<int> dots = stackalloc int[Block];
            for (var i = 0; i < n; i += Block)
            {
                var height = Math.Min(Block, n - i);
                for (var j = 0; j < m; j++)
                {
                    ref var other = ref Unsafe.Add(ref others, j * Size);
                    if (height == Block)
                    {
                        DotFour(ref Unsafe.Add(ref rows, i * Size), ref other, dots);
                    }
                    else
                    {
                        for (var b = 0; b < height; b++)
                        {
                            dots[b] = Dot(ref Unsafe.Add(ref rows, (i + b) * Size), ref other);
                        }
                    }

                    for (var b = 0; b < height; b++)
                    {
                        Record(ref best[i + b], ref back[j], norms[i + b] + norms[n + j] - (2 * dots[b]), i + b, j);
                    }
                }
            }
        }
        finally
        {
            ArrayPool<short>.Shared.Return(wide);
            ArrayPool<int>.Shared.Return(norms);
        }
    }

    private static void Widen(ReadOnlySpan<byte> descriptors, Span<short> wide, Span<int> norms)
    {
        for (var i = 0; i < descriptors.Length / Size; i++)
        {
            var norm = 0;
            for (var k = i * Size; k < (i + 1) * Size; k++)
            {
                var value = descriptors[k];
                wide[k] = value;
                norm += value * value;
            }

            norms[i] = norm;
        }
    }

    /// <summary>Products of bytes add up to at most 128 × 255² = 8.3 million: no overflow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Dot(ref short a, ref short b)
    {
        var sum = Vector256<int>.Zero;
        for (nuint k = 0; k < Size; k += 16)
        {
            sum += Avx2.MultiplyAddAdjacent(Vector256.LoadUnsafe(ref a, k), Vector256.LoadUnsafe(ref b, k));
        }

        return Vector256.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void DotFour(ref short rows, ref short other, Span<int> dots)
    {
        var sum0 = Vector256<int>.Zero;
        var sum1 = Vector256<int>.Zero;
        var sum2 = Vector256<int>.Zero;
        var sum3 = Vector256<int>.Zero;
        for (nuint k = 0; k < Size; k += 16)
        {
            var o = Vector256.LoadUnsafe(ref other, k);
            sum0 += Avx2.MultiplyAddAdjacent(Vector256.LoadUnsafe(ref rows, k), o);
            sum1 += Avx2.MultiplyAddAdjacent(Vector256.LoadUnsafe(ref rows, k + Size), o);
            sum2 += Avx2.MultiplyAddAdjacent(Vector256.LoadUnsafe(ref rows, k + (2 * Size)), o);
            sum3 += Avx2.MultiplyAddAdjacent(Vector256.LoadUnsafe(ref rows, k + (3 * Size)), o);
        }

        // Four horizontal sums at the price of about one.
        var pairs = Avx2.HorizontalAdd(Avx2.HorizontalAdd(sum0, sum1), Avx2.HorizontalAdd(sum2, sum3));
        (pairs.GetLower() + pairs.GetUpper()).CopyTo(dots);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Record(ref Nearest nearest, ref (int Distance, int Index) back, int distance, int i, int j)
    {
        if (distance < nearest.Second)
        {
            nearest = distance < nearest.Distance
                ? new Nearest(distance, nearest.Distance, j)
                : nearest with { Second = distance };
        }

        if (distance < back.Distance)
        {
            back = (distance, i);
        }
    }

    /// <summary>Squared distances to the two nearest rows, and the index of the nearest.</summary>
    private readonly record struct Nearest(int Distance, int Second, int Index)
    {
        internal static readonly Nearest None = new(int.MaxValue, int.MaxValue, -1);
    }
}
