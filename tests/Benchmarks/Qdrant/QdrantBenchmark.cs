using System.Diagnostics;
using System.Text.Json;
using Pipeline.Evaluation;
using Pipeline.VectorIndex;
using Pipeline.VectorIndex.Qdrant;

namespace Pipeline.Tests.Benchmarks.Qdrant;

/// <summary>
/// What the index in Qdrant costs this side of the wire: time and processor of writes and searches, the transport over loopback and a server
/// that only reads and answers included. What Qdrant itself takes comes on top.
/// </summary>
internal static class QdrantBenchmark
{
    private const int Dimensions = 576;
    private const int Bits = 64;
    private const int Words = 300;
    private const int Limit = 10;
    private const int Batch = 64;
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(3);

    public static JsonSerializerOptions JsonOptions { get; } = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static async Task<IReadOnlyList<QdrantFigure>> RunAsync(Action<string> print)
    {
        var random = new Random(1);
        await using var server = await SilentQdrant.StartAsync(Dimensions, Bits, Limit + 1, Batch);
        await using var index = new QdrantVectorIndex(new QdrantOptions { Url = server.Url });
        await index.EnsureCollectionAsync("c", new CollectionSchema([new DenseSpace("cnn", Dimensions), new CodeSpace("hash", Bits), new SparseSpace("sift")]));
        var points = Enumerable.Range(0, 256).Select(_ => NewPoint(random)).ToArray();
        var figures = new List<QdrantFigure>();

        await MeasureAsync("upsert, 1 point", 1, () => index.UpsertAsync("c", points[..1]));
        await MeasureAsync("upsert, 256 points", 256, () => index.UpsertAsync("c", points));
        foreach (var space in (string[])["cnn", "hash", "sift"])
        {
            var query = new IndexQuery { Space = space, Vector = points[0].Vectors[space], Limit = Limit, Filter = new PayloadFilter { Tenant = "default" } };
            await MeasureAsync($"search {space}", 1, () => index.SearchAsync("c", query));
        }

        IndexQuery[] queries = [.. points.Take(Batch).Select(point => new IndexQuery { Space = "cnn", Vector = point.Vectors["cnn"], Limit = Limit })];
        await MeasureAsync($"search cnn, {Batch} at once", Batch, () => index.SearchManyAsync("c", queries));
        return figures;

        async Task MeasureAsync(string what, int items, Func<Task> once)
        {
            for (var warm = 0; warm < 30; warm++)
            {
                await once();
            }

            var milliseconds = new List<double>();
            var (started, cpu, bytes) = (Stopwatch.GetTimestamp(), Cpu(), server.Bytes);
            while (Stopwatch.GetElapsedTime(started) < Measured)
            {
                var call = Stopwatch.GetTimestamp();
                await once();
                milliseconds.Add(Stopwatch.GetElapsedTime(call).TotalMilliseconds);
            }

            var (p50, p95) = Percentiles.P50AndP95(milliseconds);
            double count = (double)milliseconds.Count * items;
            var figure = new QdrantFigure(what, items, p50, p95, (Cpu() - cpu).TotalMicroseconds / count, (server.Bytes - bytes) / count);
            figures.Add(figure);
            print($"{what,-24} {p50,8:0.00} ms p50 {p95,8:0.00} ms p95 {figure.CpuMicroseconds,8:0} CPU-µs an item {figure.Bytes,8:0} bytes an item");
        }
    }

    private static TimeSpan Cpu() => Process.GetCurrentProcess().TotalProcessorTime;

    private static IndexPoint NewPoint(Random random)
    {
        var code = new byte[Bits / 8];
        random.NextBytes(code);
        return new IndexPoint
        {
            Id = Guid.NewGuid(),
            Vectors = new Dictionary<string, VectorValue>
            {
                ["cnn"] = new DenseVector([.. Enumerable.Range(0, Dimensions).Select(_ => random.NextSingle())]),
                ["hash"] = new BinaryCode(code),
                ["sift"] = new SparseVector([.. Enumerable.Range(0, Words).Select(word => (uint)word * 13)], [.. Enumerable.Range(0, Words).Select(_ => random.NextSingle())]),
            },
            Payload = new IndexPayload { Tenant = "default", Labels = ["holiday"], ExternalIds = ["camera-7/0001.jpg"] },
        };
    }
}

/// <summary>One measurement; processor time is that of both ends.</summary>
internal sealed record QdrantFigure(string What, int Items, double P50Ms, double P95Ms, double CpuMicroseconds, double Bytes);
