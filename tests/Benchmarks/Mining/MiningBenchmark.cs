using System.Diagnostics;
using Pipeline.Evaluation;
using Pipeline.VectorIndex;

namespace Pipeline.Tests.Benchmarks;

/// <summary>
/// Fills the embedded index, weaves its two nearest-neighbour graphs, and lets further images arrive one by one: for each, its
/// neighbours and reverse neighbours in both spaces, exact and durable.
/// </summary>
internal static class MiningBenchmark
{
    private const int InsertBatch = 500;
    private const int WarmUps = 60;
    private const int Deletions = 50;
    private static readonly string[] Spaces = ["cnn", "sift"];

    public static async Task<MiningFigures> RunAsync(MiningArguments arguments, Action<string> report)
    {
        var gallery = new MiningGallery(arguments.Images);
        var nonZeros = Enumerable.Range(0, 200).Average(n => ((SparseVector)gallery.Point(n).Vectors["sift"]).Indices.Length);
        report(FormattableString.Invariant($"{gallery.Pictures} pictures, {nonZeros:F0} of {gallery.Words} words an image"));
        report("images  arrival p50   p95   CPU ms   cnn p50  sift p50  service p50   CPU ms  graphs  verification  messages  pairs  refreshed  events  state KB  deletion CPU ms  bulk/s  open ms  load ms  KB an image  graph bytes");
        var sizes = new List<MiningSize>();
        foreach (var size in arguments.Sizes)
        {
            var s = await MeasureAsync(gallery, size, arguments.Arrivals);
            report(FormattableString.Invariant(
                $"{s.Images,6}  {s.ArrivalP50Ms,11:F2} {s.ArrivalP95Ms,5:F2}  {s.ArrivalCpuMs,7:F2}  {s.CnnP50Ms,8:F2}  {s.SiftP50Ms,8:F2}  {s.Service.P50Ms,11:F2}  {s.Service.CpuMs,7:F2}  {s.Service.GraphCpuMs,6:F2}  {s.Service.VerificationCpuMs,12:F2}  {s.Service.MessageCpuMs,8:F2}  {s.Service.Verifications,5:F1}  {s.Service.Refreshed,9:F1}  {s.Service.Published,6:F1}  {s.Service.StateKbPerImage,8:F1}  {s.DeletionCpuMs,15:F2}  {s.BulkPerSecond,6:F0}  {s.OpenMs,7:F0}  {s.LoadMs,7:F0}  {s.IndexKbPerImage,11:F1}  {s.GraphBytesPerImage,11:F0}"));
            sizes.Add(s);
        }

        var (graphs, service) = (Exponent(sizes, size => size.ArrivalCpuMs), Exponent(sizes, size => size.Service.CpuMs));
        report(graphs is null
            ? "one size: no growth"
            : FormattableString.Invariant($"CPU time of an arrival grows with size^{graphs:F2} in the graphs, with size^{service:F2} in all"));
        return new MiningFigures(Environment.ProcessorCount, gallery.Pictures, gallery.Words, nonZeros, graphs, service, sizes);
    }

    /// <summary>One image's event again and again: how long each takes, and that neither records nor pairs change.</summary>
    public static async Task<DuplicateFigures> RepeatAsync(MiningArguments arguments, Action<string> report)
    {
        var gallery = new MiningGallery(arguments.Images);
        var (size, events) = (arguments.Sizes[0], arguments.Duplicates!.Value);
        var options = new VectorIndexOptions { Path = Directory.CreateTempSubdirectory("mining-benchmark-").FullName };
        try
        {
            await FillAsync(options, gallery, size);
            await using var index = EmbeddedVectorIndex.Open(options);
            await using var mined = new MinedCollection(index, gallery, options.Path);
            await mined.FillAsync(size);
            await mined.MineAsync(0);
            var (before, known) = (await mined.CountRecordsAsync(), await mined.OfAsync(0));
            var cpu = Environment.CpuUsage.TotalTime;
            var seconds = await TimeAsync(async () =>
            {
                for (var n = 0; n < events; n++)
                {
                    await mined.MineAsync(0);
                }
            });
            cpu = Environment.CpuUsage.TotalTime - cpu;
            var (after, now) = (await mined.CountRecordsAsync(), await mined.OfAsync(0));
            if (before != after || after.Marks != 0 || !now.Pairs.SequenceEqual(known.Pairs) || !now.Cnn.Nearest.SequenceEqual(known.Cnn.Nearest)
                || !now.Sift.Nearest.SequenceEqual(known.Sift.Nearest) || mined.Verifications != 0)
            {
                throw new InvalidOperationException($"{events} duplicates left {after} of {before}, and the image's pairs may differ.");
            }

            var figures = new DuplicateFigures(size, events, seconds, cpu.TotalSeconds, before.Neighbourhoods, after.Neighbourhoods);
            report(FormattableString.Invariant(
                $"{events} duplicates over {size} images: {seconds:F1} s, {1e6 * cpu.TotalSeconds / events:F0} us CPU each; {before.Neighbourhoods} records before, {after.Neighbourhoods} after, no mark left, same lists and pairs"));
            return figures;
        }
        finally
        {
            Directory.Delete(options.Path, recursive: true);
        }
    }

    private static async Task<MiningSize> MeasureAsync(MiningGallery gallery, int size, int arrivals)
    {
        var options = new VectorIndexOptions { Path = Directory.CreateTempSubdirectory("mining-benchmark-").FullName };
        try
        {
            var bulkSeconds = await FillAsync(options, gallery, size);
            // On a stack of its own: the one that has just filled an index still holds it.
            await Task.Yield();
            var before = GC.GetTotalMemory(forceFullCollection: true);
            var clock = Stopwatch.StartNew();
            await using var index = EmbeddedVectorIndex.Open(options);
            var openMs = clock.Elapsed.TotalMilliseconds;
            var opened = GC.GetTotalMemory(forceFullCollection: true);
            var loadMs = 1000 * await TimeAsync(() => AskAsync(index, []));
            var loaded = GC.GetTotalMemory(forceFullCollection: true);

            var times = await ArriveAsync(index, gallery, size, arrivals);
            return new MiningSize(
                size,
                Percentiles.P50AndP95(times.Total).P50,
                Percentiles.P50AndP95(times.Total).P95,
                times.CpuMs,
                Percentiles.P50AndP95(times.Cnn).P50,
                Percentiles.P50AndP95(times.Sift).P50,
                await ServeAsync(index, gallery, options.Path, size + WarmUps + arrivals, arrivals),
                await DeleteAsync(index),
                size / bulkSeconds,
                openMs,
                loadMs,
                (opened - before) / 1024.0 / size,
                (double)(loaded - opened) / size);
        }
        finally
        {
            Directory.Delete(options.Path, recursive: true);
        }
    }

    /// <summary>Fills the index and weaves both graphs, and returns how long the weaving took.</summary>
    private static async Task<double> FillAsync(VectorIndexOptions options, MiningGallery gallery, int size)
    {
        await using var index = EmbeddedVectorIndex.Open(options);
        await index.EnsureCollectionAsync("c", gallery.Schema);
        foreach (var batch in Enumerable.Range(0, size).Chunk(InsertBatch))
        {
            await index.UpsertAsync("c", [.. batch.AsParallel().AsOrdered().Select(gallery.Point)]);
        }

        return await TimeAsync(() => AskAsync(index, []));
    }

    private static async Task<(List<double> Total, List<double> Cnn, List<double> Sift, double CpuMs)> ArriveAsync(
        EmbeddedVectorIndex index, MiningGallery gallery, int size, int arrivals)
    {
        List<double> total = [], cnn = [], sift = [];
        var cpu = TimeSpan.Zero;
        for (var n = -WarmUps; n < arrivals; n++)
        {
            var point = gallery.Point(size + WarmUps + n);
            await index.UpsertAsync("c", [point]);
            var cpuBefore = Environment.CpuUsage.TotalTime;
            var cnnMs = 1000 * await TimeAsync(() => index.FindNeighboursAsync("c", new NeighbourQuery("cnn", [point.Id])));
            var siftMs = 1000 * await TimeAsync(() => index.FindNeighboursAsync("c", new NeighbourQuery("sift", [point.Id])));
            if (n >= 0)
            {
                cpu += Environment.CpuUsage.TotalTime - cpuBefore;
                cnn.Add(cnnMs);
                sift.Add(siftMs);
                total.Add(cnnMs + siftMs);
            }
        }

        return (total, cnn, sift, cpu.TotalMilliseconds / arrivals);
    }

    private static async Task<ServiceFigures> ServeAsync(EmbeddedVectorIndex index, MiningGallery gallery, string folder, int size, int arrivals)
    {
        await using var mined = new MinedCollection(index, gallery, folder);
        await mined.FillAsync(size);
        var stateBytes = mined.StateBytes;
        var times = new List<double>();
        var cpu = TimeSpan.Zero;
        for (var n = size; n < size + WarmUps + arrivals; n++)
        {
            if (n == size + WarmUps)
            {
                mined.StartCounting();
                (times, cpu) = ([], default);
            }

            await index.UpsertAsync("c", [gallery.Point(n)]);
            await mined.AcceptAsync(n);
            var before = Environment.CpuUsage.TotalTime;
            times.Add(1000 * await TimeAsync(() => mined.MineAsync(n)));
            cpu += Environment.CpuUsage.TotalTime - before;
        }

        return new ServiceFigures(
            Percentiles.P50AndP95(times).P50,
            cpu.TotalMilliseconds / arrivals,
            mined.GraphCpu.TotalMilliseconds / arrivals,
            mined.VerificationCpu.TotalMilliseconds / arrivals,
            mined.MessageCpu.TotalMilliseconds / arrivals,
            (double)mined.Verifications / arrivals,
            (double)mined.Refreshed / arrivals,
            (double)mined.Published / arrivals,
            stateBytes / 1024.0 / size);
    }

    private static async Task<double> DeleteAsync(EmbeddedVectorIndex index)
    {
        var cpu = TimeSpan.Zero;
        for (var n = 0; n < Deletions; n++)
        {
            await index.DeleteAsync("c", [Gallery.Id(n)]);
            var before = Environment.CpuUsage.TotalTime;
            await AskAsync(index, []);
            cpu += Environment.CpuUsage.TotalTime - before;
        }

        return cpu.TotalMilliseconds / Deletions;
    }

    private static async Task AskAsync(EmbeddedVectorIndex index, Guid[] ids)
    {
        foreach (var space in Spaces)
        {
            await index.FindNeighboursAsync("c", new NeighbourQuery(space, ids));
        }
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var begin = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    /// <summary>The slope of a line through log time over log size.</summary>
    private static double? Exponent(List<MiningSize> sizes, Func<MiningSize, double> cpuMs)
    {
        if (sizes.DistinctBy(size => size.Images).Count() < 2)
        {
            return null;
        }

        var points = sizes.Select(size => (X: Math.Log(size.Images), Y: Math.Log(cpuMs(size)))).ToList();
        var (x, y) = (points.Average(p => p.X), points.Average(p => p.Y));
        return points.Sum(p => (p.X - x) * (p.Y - y)) / points.Sum(p => (p.X - x) * (p.X - x));
    }
}
