using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.Sift;

/// <summary>How descriptors are compared; each gives the same pairs.</summary>
internal enum MatcherPath
{
    /// <summary>On any processor.</summary>
    Scalar,

    /// <summary>AVX2 or AVX-512, on 16 bits a number.</summary>
    Wide,

    /// <summary>VNNI, on bytes.</summary>
    Bytes,
}

/// <summary>
/// Exact nearest neighbours between two sets of byte descriptors, both ways in one pass, then Lowe's ratio test.
/// Distances are exact integers on every path, so the result does not depend on the processor.
/// </summary>
internal static class DescriptorMatcher
{
    private const int Size = SiftFeatures.DescriptorSize;

    /// <summary>Rows of the query that are compared at once, which loads each candidate row once for all of them.</summary>
    private const int Block = 4;

    /// <summary>The paths that this processor can take, the fastest last.</summary>
    internal static IReadOnlyList<MatcherPath> Paths { get; } =
    [
        MatcherPath.Scalar, .. Avx2.IsSupported ? [MatcherPath.Wide] : (MatcherPath[])[], .. AvxVnni.IsSupported ? [MatcherPath.Bytes] : (MatcherPath[])[],
    ];

    /// <summary>Pairs (query, candidate) that are each other's nearest, in order of the query; ties go to the lower index.</summary>
    /// <param name="query">n × 128 bytes.</param>
    /// <param name="candidate">m × 128 bytes.</param>
    /// <param name="ratio">The nearest must be closer than this part of the distance to the second nearest; with one candidate it always is.</param>
    /// <param name="path">The fastest if null; tests compare them.</param>
    internal static List<(int Query, int Candidate)> Match(ReadOnlySpan<byte> query, ReadOnlySpan<byte> candidate, float ratio, MatcherPath? path = null)
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
        switch (path ?? Paths[^1])
        {
            case MatcherPath.Bytes:
                Compare<ByteDotProducts>(query, candidate, best, back);
                break;
            case MatcherPath.Wide:
                Compare<WideDotProducts>(query, candidate, best, back);
                break;
            default:
                CompareScalar(query, candidate, best, back);
                break;
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

    /// <summary>|a − b|² = |a|² + |b|² − 2ab needs only dot products of rows that are prepared once.</summary>
    private static unsafe void Compare<TDots>(
        ReadOnlySpan<byte> query, ReadOnlySpan<byte> candidate, Span<Nearest> best, Span<(int Distance, int Index)> back)
        where TDots : struct, IDotProducts
    {
        var n = best.Length;
        var m = back.Length;
        var size = TDots.RowBytes;

        // On a cache line's border, since every other load would straddle two lines otherwise.
        var prepared = (byte*)NativeMemory.AlignedAlloc((nuint)(n + m) * (nuint)size, 64);
        var terms = ArrayPool<int>.Shared.Rent(n + m);
        try
        {
            TDots.PrepareRows(query, new Span<byte>(prepared, n * size), terms);
            TDots.PrepareOthers(candidate, new Span<byte>(prepared + (n * size), m * size), terms.AsSpan(n));
            ref var rows = ref *prepared;
            ref var others = ref Unsafe.Add(ref rows, n * size);
            for (var i = 0; i < n; i += Block)
            {
                ref var row = ref Unsafe.Add(ref rows, i * size);
                if (n - i < Block)
                {
                    CompareFew<TDots>(ref row, ref others, terms, best, back, i);
                    break;
                }

                var own = Vector128.Create(terms.AsSpan(i, Block));
                var seconds = Vector128.Create(int.MaxValue);
                for (var j = 0; j < m; j++)
                {
                    var dots = TDots.Four(ref row, ref Unsafe.Add(ref others, j * size));
                    var distances = own + Vector128.Create(terms[n + j]) - (dots + dots);

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
            NativeMemory.AlignedFree(prepared);
            ArrayPool<int>.Shared.Return(terms);
        }
    }

    /// <summary>The last rows of the query, fewer than a block.</summary>
    private static void CompareFew<TDots>(
        ref byte rows, ref byte others, ReadOnlySpan<int> terms, Span<Nearest> best, Span<(int Distance, int Index)> back, int first)
        where TDots : struct, IDotProducts
    {
        var n = best.Length;
        for (var i = first; i < n; i++)
        {
            for (var j = 0; j < back.Length; j++)
            {
                var dot = TDots.One(ref Unsafe.Add(ref rows, (i - first) * TDots.RowBytes), ref Unsafe.Add(ref others, j * TDots.RowBytes));
                Record(ref best[i], ref back[j], terms[i] + terms[n + j] - (2 * dot), i, j);
            }
        }
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
