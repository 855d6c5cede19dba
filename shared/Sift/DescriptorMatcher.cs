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

    private static unsafe void CompareWide(ReadOnlySpan<byte> query, ReadOnlySpan<byte> candidate, Span<Nearest> best, Span<(int Distance, int Index)> back)
    {
        var n = best.Length;
        var m = back.Length;

        // Widened once, so that the inner loop is load, multiply-add, add; |a − b|² = |a|² + |b|² − 2ab needs only dot products.
        // On a cache line's border, since every other load would straddle two lines otherwise.
        var wide = (short*)NativeMemory.AlignedAlloc((nuint)(n + m) * Size * sizeof(short), 64);
        var norms = ArrayPool<int>.Shared.Rent(n + m);
        try
        {
            Widen(query, new Span<short>(wide, n * Size), norms);
            Widen(candidate, new Span<short>(wide + (n * Size), m * Size), norms.AsSpan(n));
            ref var rows = ref *wide;
            ref var others = ref Unsafe.Add(ref rows, n * Size);
            for (var i = 0; i < n; i += Block)
            {
                ref var row = ref Unsafe.Add(ref rows, i * Size);
                if (n - i < Block)
                {
                    CompareFew(ref row, ref others, norms, best, back, i);
                    break;
                }

                var lengths = Vector128.Create(norms.AsSpan(i, Block));
                var seconds = Vector128.Create(int.MaxValue);
                for (var j = 0; j < m; j++)
                {
                    var dots = DotFour(ref row, ref Unsafe.Add(ref others, j * Size));
                    var distances = lengths + Vector128.Create(norms[n + j]) - (dots + dots);

                    // Hardly any pair is among the nearest seen so far: one comparison tells for all four.
                    if (Vector128.LessThanAny(distances, Vector128.Max(seconds, Vector128.Create(back[j].Distance))))
                    {
                        for (var b = 0; b < Block; b++)
                        {
                            Record(ref best[i + b], ref back[j], distances[b], i + b, j);
                        }

                        seconds = Vector128.Create(best[i].Second, best[i + 1].Second, best[i + 2].Second, best[i + 3].Second);
                    }
                }
            }
        }
        finally
        {
            NativeMemory.AlignedFree(wide);
            ArrayPool<int>.Shared.Return(norms);
        }
    }

    /// <summary>The last rows of the query, fewer than a block.</summary>
    private static void CompareFew(
        ref short rows, ref short others, ReadOnlySpan<int> norms, Span<Nearest> best, Span<(int Distance, int Index)> back, int first)
    {
        var n = best.Length;
        for (var i = first; i < n; i++)
        {
            for (var j = 0; j < back.Length; j++)
            {
                var dot = Dot(ref Unsafe.Add(ref rows, (i - first) * Size), ref Unsafe.Add(ref others, j * Size));
                Record(ref best[i], ref back[j], norms[i] + norms[n + j] - (2 * dot), i, j);
            }
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
    private static Vector128<int> DotFour(ref short rows, ref short other)
    {
        if (Avx512BW.IsSupported)
        {
            return DotFourWidest(ref rows, ref other);
        }

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

        return SumEach(sum0, sum1, sum2, sum3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> DotFourWidest(ref short rows, ref short other)
    {
        var sum0 = Vector512<int>.Zero;
        var sum1 = Vector512<int>.Zero;
        var sum2 = Vector512<int>.Zero;
        var sum3 = Vector512<int>.Zero;
        for (nuint k = 0; k < Size; k += 32)
        {
            var o = Vector512.LoadUnsafe(ref other, k);
            sum0 += Avx512BW.MultiplyAddAdjacent(Vector512.LoadUnsafe(ref rows, k), o);
            sum1 += Avx512BW.MultiplyAddAdjacent(Vector512.LoadUnsafe(ref rows, k + Size), o);
            sum2 += Avx512BW.MultiplyAddAdjacent(Vector512.LoadUnsafe(ref rows, k + (2 * Size)), o);
            sum3 += Avx512BW.MultiplyAddAdjacent(Vector512.LoadUnsafe(ref rows, k + (3 * Size)), o);
        }

        return SumEach(
            sum0.GetLower() + sum0.GetUpper(), sum1.GetLower() + sum1.GetUpper(),
            sum2.GetLower() + sum2.GetUpper(), sum3.GetLower() + sum3.GetUpper());
    }

    /// <summary>Four horizontal sums at the price of about one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> SumEach(Vector256<int> sum0, Vector256<int> sum1, Vector256<int> sum2, Vector256<int> sum3)
    {
        var pairs = Avx2.HorizontalAdd(Avx2.HorizontalAdd(sum0, sum1), Avx2.HorizontalAdd(sum2, sum3));
        return pairs.GetLower() + pairs.GetUpper();
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
