using System.Diagnostics;
using Pipeline.Evaluation;
using Pipeline.VectorIndex;

namespace Pipeline.Tests.Benchmarks;

/// <summary>
/// Search latency of the embedded index: <c>cnn</c> scans all embeddings, <c>hash</c> takes the 100 nearest codes and ranks them
/// by embedding. Beside each, in the same run, a plain scalar loop that does the same.
/// </summary>
internal static class SearchBenchmark
{
    private const int Limit = 10;
    private const int Candidates = 100;
    private const int InsertBatch = 500;
    private const int MinWarmUps = 50;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    public static async Task<SearchBenchmarkResult> RunAsync(
        IReadOnlyList<int> sizes, int queries = 100, Action<string>? report = null, CancellationToken ct = default)
    {
        report?.Invoke("entries  mode      p50 ms   p95 ms   loop p50   loop p95   R@10");
        var results = new List<SearchBenchmarkSize>();
        foreach (var size in sizes)
        {
            var result = await MeasureAsync(new Gallery(size, queries), size, ct);
            foreach (var (mode, m) in result.Modes)
            {
                report?.Invoke(FormattableString.Invariant(
                    $"{size,7}  {mode,-6}  {m.P50Ms,8:F3} {m.P95Ms,8:F3}   {m.BaselineP50Ms,8:F3}   {m.BaselineP95Ms,8:F3}   {m.RecallAt10,4:F2}"));
            }

            report?.Invoke(FormattableString.Invariant($"{size,7}  inserted at {result.InsertPerSecond:F0}/s, opened in {result.OpenMs:F0} ms"));
            results.Add(result);
        }

        return new SearchBenchmarkResult(Environment.ProcessorCount, Gallery.Dimensions, Gallery.Bits, results);
    }

    private static async Task<SearchBenchmarkSize> MeasureAsync(Gallery gallery, int size, CancellationToken ct)
    {
        var options = new VectorIndexOptions { Path = Directory.CreateTempSubdirectory("search-benchmark-").FullName };
        try
        {
            var clock = Stopwatch.StartNew();
            await using (var filling = EmbeddedVectorIndex.Open(options))
            {
                await FillAsync(filling, gallery, size, ct);
            }

            var insertSeconds = clock.Elapsed.TotalSeconds;
            clock.Restart();
            await using var index = EmbeddedVectorIndex.Open(options);
            var openMs = clock.Elapsed.TotalMilliseconds;

            var exact = gallery.Queries.Select(query => gallery.NearestByLoop(query, Limit)).ToList();
            var modes = new Dictionary<string, SearchBenchmarkMode>
            {
                ["cnn"] = await MeasureModeAsync(
                    gallery, exact, q => SearchByEmbeddingAsync(index, gallery.Queries[q], null, ct), q => gallery.NearestByLoop(gallery.Queries[q], Limit)),
                ["hash"] = await MeasureModeAsync(
                    gallery,
                    exact,
                    q => SearchByCodeAsync(index, gallery.QueryCodes[q], gallery.Queries[q], ct),
                    q => gallery.NearestByCodeLoop(gallery.QueryCodes[q], gallery.Queries[q], Candidates, Limit)),
            };
            return new SearchBenchmarkSize(size, size / insertSeconds, openMs, modes);
        }
        finally
        {
            Directory.Delete(options.Path, recursive: true);
        }
    }

    private static async Task FillAsync(EmbeddedVectorIndex index, Gallery gallery, int size, CancellationToken ct)
    {
        await index.EnsureCollectionAsync(
            "c", new CollectionSchema([new DenseSpace("cnn", Gallery.Dimensions), new CodeSpace("hash", Gallery.Bits)]), ct);
        foreach (var batch in Enumerable.Range(0, size).Chunk(InsertBatch))
        {
            await index.UpsertAsync("c", [.. batch.Select(gallery.Point)], ct);
        }
    }

    private static async Task<SearchBenchmarkMode> MeasureModeAsync(
        Gallery gallery, List<Guid[]> exact, Func<int, Task<IReadOnlyList<IndexHit>>> search, Func<int, Guid[]> loop)
    {
        // Until the code that a long-running process has is in place: the compiler optimises in the background.
        for (var (i, clock) = (0, Stopwatch.StartNew()); i < MinWarmUps || clock.Elapsed < WarmUp; i++)
        {
            await search(i % gallery.Queries.Length);
            loop(i % gallery.Queries.Length);
        }

        var indexMs = new List<double>();
        var loopMs = new List<double>();
        var recalled = 0;
        for (var q = 0; q < gallery.Queries.Length; q++)
        {
            // In turns, so that whatever else the machine does meets both.
            var begin = Stopwatch.GetTimestamp();
            var hits = await search(q);
            indexMs.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            begin = Stopwatch.GetTimestamp();
            loop(q);
            loopMs.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            recalled += hits.Select(hit => hit.Id).Intersect(exact[q]).Count();
        }

        var (p50, p95) = Percentiles.P50AndP95(indexMs);
        var (loopP50, loopP95) = Percentiles.P50AndP95(loopMs);
        return new SearchBenchmarkMode(p50, p95, loopP50, loopP95, (double)recalled / exact.Sum(ids => ids.Length));
    }

    private static async Task<IReadOnlyList<IndexHit>> SearchByCodeAsync(
        EmbeddedVectorIndex index, ulong queryCode, float[] query, CancellationToken ct)
    {
        var code = new BinaryCode(BitConverter.GetBytes(queryCode));
        var candidates = await index.SearchAsync("c", new IndexQuery { Space = "hash", Vector = code, Limit = Candidates }, ct);
        return await SearchByEmbeddingAsync(index, query, [.. candidates.Select(hit => hit.Id)], ct);
    }

    private static Task<IReadOnlyList<IndexHit>> SearchByEmbeddingAsync(
        EmbeddedVectorIndex index, float[] query, IReadOnlyCollection<Guid>? among, CancellationToken ct) =>
        index.SearchAsync("c", new IndexQuery { Space = "cnn", Vector = new DenseVector(query), Limit = Limit, Among = among }, ct);
}
