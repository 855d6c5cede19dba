using System.Diagnostics;
using Pipeline.Evaluation;
using Pipeline.VectorIndex.Hamming;

namespace Pipeline.Tests.Benchmarks;

/// <summary>
/// Random codes scanned by the flat index and by faiss in turns, then multi-index hashing on real codes. Whatever is timed is
/// checked against brute force.
/// </summary>
internal static class HammingBenchmark
{
    private const int Neighbours = 100;

    /// <summary>Queries compared with brute force.</summary>
    private const int Checked = 3;

    public static HammingFigures Run(HammingArguments arguments, Action<string> report)
    {
        using var faiss = FaissFlat.Start();
        report(faiss is null
            ? "No Python here has faiss (Debian: apt-get install python3-faiss): going on without it."
            : $"faiss {faiss.Version}, {Environment.ProcessorCount} cores");
        var bandwidth = new MemoryBandwidth();
        var results = new List<HammingScan>();
        foreach (var codes in arguments.Codes)
        {
            foreach (var bits in arguments.Bits)
            {
                results.AddRange(Scan(codes, bits, arguments.Rounds, faiss, bandwidth, report));
            }
        }

        var multiIndex = arguments.Real == 0 ? null : MultiIndexBenchmark.Run(arguments, report);
        return new HammingFigures(Environment.ProcessorCount, faiss?.Version, results, multiIndex);
    }

    private static List<HammingScan> Scan(
        int count, int bits, int rounds, FaissFlat? faiss, MemoryBandwidth bandwidth, Action<string> report)
    {
        // About as many comparisons whatever the size, so that a round is long enough to time.
        var batch = Math.Clamp((int)(100_000_000L / count), 16, 256);
        var singles = batch / 4;
        var random = new Random(bits);
        var codes = new byte[count * (bits / 8)];
        random.NextBytes(codes);
        var queries = new byte[batch * (bits / 8)];
        random.NextBytes(queries);
        Load(faiss, bits, codes, queries);

        var results = new List<HammingScan>();
        foreach (var threads in new[] { 1, Environment.ProcessorCount }.Distinct())
        {
            var index = Index(codes, bits, threads);
            List<double> single = [], together = [], faissSingle = [], faissTogether = [], gigabytes = [];
            for (var round = 0; round < rounds + 1; round++)
            {
                var (singleNs, worst) = Time(() => Singles(index, queries, singles));
                var (togetherNs, all) = Time(() => index.SearchAll(queries, Neighbours));
                var (faissNs, faissWorst) = faiss?.Search(threads, Neighbours, singles, 1) ?? default;
                var (faissAllNs, _) = faiss?.Search(threads, Neighbours, batch, batch) ?? default;
                var read = bandwidth.Measure(threads);
                if (round == 0)
                {
                    Check(new BruteForceCodes(codes, bits), queries, bits / 8, all, worst, faissWorst);
                    continue; // warmed up
                }

                single.Add(singleNs / singles / count);
                together.Add(togetherNs / batch / count);
                faissSingle.Add(faissNs / singles / count);
                faissTogether.Add(faissAllNs / batch / count);
                gigabytes.Add(read);
            }

            var ns = Percentiles.Of(single, 0.5);
            var peak = Percentiles.Of(gigabytes, 0.5);
            var result = new HammingScan(
                count, bits, threads,
                ns, faiss is null ? null : Percentiles.Of(faissSingle, 0.5),
                Percentiles.Of(together, 0.5), faiss is null ? null : Percentiles.Of(faissTogether, 0.5),
                bits / 8.0 / ns / peak, peak);
            results.Add(result);
            report(FormattableString.Invariant(
                $"{count:N0} codes of {bits} bits, {threads} thread(s), ns a code: {result.NsPerCode:F3} (faiss {result.FaissNsPerCode:F3}); {batch} queries at once {result.BatchNsPerCode:F3} (faiss {result.FaissBatchNsPerCode:F3}); {result.BandwidthFraction:P0} of {peak:F1} GB/s"));
        }

        return results;
    }

    private static FlatHammingIndex Index(byte[] codes, int bits, int threads)
    {
        var index = new FlatHammingIndex(bits, threads);
        for (var at = 0; at < codes.Length; at += bits / 8)
        {
            index.Add(codes.AsSpan(at, bits / 8));
        }

        return index;
    }

    private static int[] Singles(FlatHammingIndex index, byte[] queries, int count)
    {
        var worst = new int[count];
        var bytes = index.Bits / 8;
        for (var q = 0; q < count; q++)
        {
            worst[q] = index.Search(queries.AsSpan(q * bytes, bytes), Neighbours)[^1].Distance;
        }

        return worst;
    }

    private static (double Nanoseconds, T Result) Time<T>(Func<T> search)
    {
        var start = Stopwatch.GetTimestamp();
        var result = search();
        return (Stopwatch.GetElapsedTime(start).TotalNanoseconds, result);
    }

    private static void Check(BruteForceCodes truth, byte[] queries, int bytes, HammingHit[][] all, int[] worst, int[]? faissWorst)
    {
        for (var q = 0; q < Checked; q++)
        {
            truth.Check(queries.AsSpan(q * bytes, bytes), all[q], Neighbours, bytes * 8);
        }

        // Among equal distances faiss may take others.
        if (!worst.SequenceEqual(all.Take(worst.Length).Select(hits => hits[^1].Distance))
            || (faissWorst is not null && !faissWorst.SequenceEqual(worst)))
        {
            throw new InvalidOperationException("The contenders found neighbours at different distances.");
        }
    }

    private static void Load(FaissFlat? faiss, int bits, byte[] codes, byte[] queries)
    {
        if (faiss is null)
        {
            return;
        }

        var folder = Directory.CreateTempSubdirectory("hamming-");
        try
        {
            var (codeFile, queryFile) = (Path.Combine(folder.FullName, "codes"), Path.Combine(folder.FullName, "queries"));
            File.WriteAllBytes(codeFile, codes);
            File.WriteAllBytes(queryFile, queries);
            faiss.Load(bits, codeFile, queryFile);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
