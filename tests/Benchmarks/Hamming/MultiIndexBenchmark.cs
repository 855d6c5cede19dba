using System.Diagnostics;
using System.Runtime;
using Pipeline.Evaluation;
using Pipeline.VectorIndex.Hamming;

namespace Pipeline.Tests.Benchmarks;

/// <summary>Multi-index hashing beside the scan, on codes of real descriptors; queries are further such codes.</summary>
internal static class MultiIndexBenchmark
{
    private const int Queries = 200;
    private const int Checked = 10;
    private const int Bytes = RealCodes.Bits / 8;
    private static readonly int[] Radii = [0, 2, 4, 6, 8, 10, 12];
    private static readonly int[] Limits = [1, 10, 100];
    private static readonly TimeSpan Settled = TimeSpan.FromMilliseconds(500);

    public static MultiIndexFigures Run(HammingArguments arguments, Action<string> report)
    {
        var real = new RealCodes(arguments.Images);
        var codes = real.Codes(0, arguments.Real);
        var queries = real.Codes(Math.Max(arguments.Real, real.Count), Queries);
        var scan = new FlatHammingIndex(RealCodes.Bits, maxThreads: 1);
        var multi = new MultiHammingIndex(RealCodes.Bits, maxThreads: 1);
        var clock = Stopwatch.StartNew();
        foreach (var code in codes.Chunk(Bytes))
        {
            multi.Add(code);
        }

        var addNs = clock.Elapsed.TotalNanoseconds / arguments.Real;
        var distinct = new HashSet<ulong>();
        foreach (var code in codes.Chunk(Bytes))
        {
            scan.Add(code);
            distinct.Add(BitConverter.ToUInt64(code));
        }

        report(FormattableString.Invariant(
            $"{arguments.Real:N0} codes of {real.Count:N0} descriptors, {distinct.Count:N0} distinct, {multi.Tables} tables, added in {addNs:F0} ns each"));
        var truth = new BruteForceCodes(codes, RealCodes.Bits);
        var searches = new List<MultiIndexSearch>();
        foreach (var radius in Radii)
        {
            searches.Add(Compare("radius", radius, queries, arguments.Rounds, query => scan.SearchRadius(query, radius),
                query => multi.SearchRadius(query, radius), (query, hits) => truth.Check(query, hits, int.MaxValue, radius), report));
        }

        foreach (var limit in Limits)
        {
            searches.Add(Compare("nearest", limit, queries, arguments.Rounds, query => scan.Search(query, limit),
                query => multi.Search(query, limit), (query, hits) => truth.Check(query, hits, limit, RealCodes.Bits), report));
        }

        return new MultiIndexFigures(arguments.Real, RealCodes.Bits, real.Count, distinct.Count, multi.Tables, addNs, searches);
    }

    private static MultiIndexSearch Compare(
        string search, int value, byte[] queries, int rounds,
        Func<byte[], HammingHit[]> scan, Func<byte[], HammingHit[]> multi, Action<byte[], HammingHit[]> check, Action<string> report)
    {
        byte[][] each = [.. queries.Chunk(Bytes)];
        var hits = each.Select(multi).ToArray();
        if (!hits.Zip(each.Select(scan)).All(pair => pair.First.SequenceEqual(pair.Second)))
        {
            throw new InvalidOperationException("Multi-index hashing and the scan differ.");
        }

        for (var q = 0; q < Checked; q++)
        {
            check(each[q], hits[q]);
        }

        WarmUp(() =>
        {
            Array.ForEach(each, query => scan(query));
            Array.ForEach(each, query => multi(query));
        });
        var (scanUs, multiUs) = (new List<double>[each.Length], new List<double>[each.Length]);
        for (var q = 0; q < each.Length; q++)
        {
            (scanUs[q], multiUs[q]) = ([], []);
        }

        for (var round = 0; round < rounds; round++)
        {
            Time(each, scan, scanUs);
            Time(each, multi, multiUs);
        }

        var (scans, multis) = (OfQueries(scanUs), OfQueries(multiUs));
        var (scanMedian, multiMedian) = (Percentiles.Of(scans, 0.5), Percentiles.Of(multis, 0.5));
        var result = new MultiIndexSearch(
            search, value, hits.Average(found => found.Length), scans.Average(), multis.Average(), scans.Average() / multis.Average(),
            scanMedian, multiMedian, scanMedian / multiMedian);
        report(FormattableString.Invariant(
            $"{search} {value}: {result.MeanHits:F1} hits, µs (median): scan {result.ScanUs:F1} ({scanMedian:F1}), multi-index {result.MultiIndexUs:F1} ({multiMedian:F1}), {result.Speedup:F1} ({result.MedianSpeedup:F1}) times faster"));
        return result;
    }

    /// <summary>The runtime compiles anew what runs often, some time later and beside it: nothing is timed before it is done with that.</summary>
    private static void WarmUp(Action searches)
    {
        var compiled = 0L;
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < Settled;)
        {
            searches();
            if (JitInfo.GetCompiledMethodCount() != compiled)
            {
                compiled = JitInfo.GetCompiledMethodCount();
                clock.Restart();
            }
        }
    }

    /// <summary>Each query by itself, so that what another process takes of the processor falls on few of them.</summary>
    private static void Time(byte[][] queries, Func<byte[], HammingHit[]> search, List<double>[] microseconds)
    {
        for (var q = 0; q < queries.Length; q++)
        {
            var start = Stopwatch.GetTimestamp();
            search(queries[q]);
            microseconds[q].Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }
    }

    /// <summary>For each query the median of the rounds.</summary>
    private static List<double> OfQueries(List<double>[] microseconds) => [.. microseconds.Select(times => Percentiles.Of(times, 0.5))];
}
