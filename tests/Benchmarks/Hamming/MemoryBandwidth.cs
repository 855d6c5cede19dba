using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Tests.Benchmarks;

/// <summary>How fast the machine reads memory: the sum of a large array, with as many accumulators as hide the additions.</summary>
internal sealed class MemoryBandwidth
{
    private const int Words = 64 << 20;
    private readonly ulong[] _values = new ulong[Words];

    public MemoryBandwidth() => _values.AsSpan().Fill(1);

    /// <summary>10⁹ bytes a second.</summary>
    public double Measure(int threads)
    {
        var share = Words / threads / 32 * 32;
        var sums = new ulong[threads];
        var start = Stopwatch.GetTimestamp();
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, t => sums[t] = Sum(_values.AsSpan(t * share, share)));
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return sums.Aggregate((a, b) => a + b) == (ulong)(share * threads)
            ? (double)share * threads * sizeof(ulong) / seconds / 1e9
            : throw new InvalidOperationException("The sum of ones is wrong.");
    }

    private static ulong Sum(ReadOnlySpan<ulong> values)
    {
        var lanes = MemoryMarshal.Cast<ulong, Vector512<ulong>>(values);
        Vector512<ulong> a = default, b = default, c = default, d = default;
        for (var i = 0; i + 4 <= lanes.Length; i += 4)
        {
            a += lanes[i];
            b += lanes[i + 1];
            c += lanes[i + 2];
            d += lanes[i + 3];
        }

        return Vector512.Sum(a + b + (c + d));
    }
}
