using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;
using Pipeline.Contracts.Queries;
using Pipeline.Evaluation;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Benchmarks;

/// <summary>
/// Latency of a search as a caller on the bus has it: one <see cref="SearchImages"/> request after another, with everything
/// that it takes (query features, index, geometric verification), over the in-memory bus and over a real RabbitMQ.
/// </summary>
internal static class WholeSearchBenchmark
{
    private const int Limit = 10;
    private const int WarmUp = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Measures at each number of entries, fewest first.</summary>
    public static async Task<IReadOnlyDictionary<int, IReadOnlyList<WholeSearch>>> RunAsync(
        IReadOnlyList<int> sizes, int queries, string images, Action<string> report, CancellationToken ct = default)
    {
        // Below the working directory: the system's temporary folder is often in memory, where an fsync costs nothing.
        var folder = Directory.CreateDirectory(Path.Combine("artifacts", $"search-benchmark-{Guid.NewGuid():N}")).FullName;
        try
        {
            var pictures = Directory.CreateDirectory(Path.Combine(folder, "pictures")).FullName;
            var photographs = await Photographs.LoadAsync(images, pictures);
            await using var broker = await RabbitMqServer.StartAsync();
            await using var virtualHost = await broker.CreateVirtualHostAsync(ct);
            var buses = new Dictionary<string, IReadOnlyDictionary<string, string?>>
            {
                ["in-memory"] = new Dictionary<string, string?>(),
                ["rabbitmq"] = new Dictionary<string, string?>
                {
                    ["Messaging:Transport"] = "RabbitMq",
                    ["Messaging:Url"] = virtualHost.AmqpUri.AbsoluteUri,
                    ["Messaging:User"] = broker.User,
                    ["Messaging:Password"] = broker.Password,
                },
            };
            report("entries  bus        query    mode  rerank        p50 ms    p95 ms");
            var figures = new Dictionary<int, IReadOnlyList<WholeSearch>>();
            foreach (var size in sizes.Order())
            {
                var found = new List<WholeSearch>();
                foreach (var (bus, settings) in buses)
                {
                    await using var host = await StandaloneContender.StartAsync(Path.Combine(folder, "data"), pictures, settings);
                    var client = await ReadyAsync(host.Services, ct);
                    if (figures.Count == 0 && found.Count == 0)
                    {
                        await host.RunAsync(photographs.Images, _ => { });
                    }

                    var index = new CrowdedIndex(host.Services, photographs.Images);
                    await index.GrowAsync(size, ct);
                    foreach (var kind in KindsOf(photographs))
                    {
                        found.Add(await MeasureAsync(client, bus, kind, queries, index, ct));
                        var (f, s) = (found[^1], FormattableString.Invariant($"{found[^1].P50Ms,9:F2} {found[^1].P95Ms,9:F2}"));
                        report($"{size,7}  {f.Bus,-9}  {f.Query,-7}  {f.Mode,-4}  {f.Rerank,-9}  {s}");
                    }
                }

                figures[size] = found;
            }

            return figures;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<IRequestClient<SearchImages>> ReadyAsync(IServiceProvider services, CancellationToken ct)
    {
        var bus = services.GetRequiredService<IBusControl>();
        await Eventually.TrueAsync(() => bus.CheckHealth().Status == BusHealthStatus.Healthy, Patience);
        ct.ThrowIfCancellationRequested();
        return bus.CreateRequestClient<SearchImages>(Patience);
    }

    private static IEnumerable<Kind> KindsOf(Photographs photographs) =>
        from query in (string[])["id", "picture"]
        from mode in (string[])[SearchModes.Cnn, SearchModes.Hash]
        from rerank in (string[])[RerankModes.None, RerankModes.Geometric]
        select new Kind(query, mode, rerank, i => new SearchImages
        {
            Collection = BenchmarkImage.Collection,
            ImageId = query == "id" ? photographs.Images[i % photographs.Images.Count].Id : null,
            Image = query == "id" ? null : new ImageSource { Bytes = photographs.Queries[i % photographs.Queries.Count] },
            Mode = mode,
            Rerank = rerank,
            Limit = Limit,
        });

    private static async Task<WholeSearch> MeasureAsync(
        IRequestClient<SearchImages> client, string bus, Kind kind, int queries, CrowdedIndex index, CancellationToken ct)
    {
        if (kind.Rerank == RerankModes.Geometric)
        {
            for (var i = 0; i < Math.Min(queries, Photographs.Most); i++)
            {
                await index.CatalogueAsync(await AskAsync(client, kind.Request(i) with { Rerank = RerankModes.None }, ct), ct);
            }
        }

        for (var i = 0; i < WarmUp; i++)
        {
            await AskAsync(client, kind.Request(i), ct);
        }

        var samples = new List<double>();
        var verified = 0;
        for (var i = 0; i < queries; i++)
        {
            var request = kind.Request(i);
            var begin = Stopwatch.GetTimestamp();
            var results = await AskAsync(client, request, ct);
            samples.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            verified += results.Hits.Any(hit => hit.Inliers > 0) ? 1 : 0;
            if (results.Hits.Count != Limit)
            {
                throw new InvalidDataException($"A search was not answered in full: {results.Hits.Count} hits.");
            }
        }

        // Not every photograph has features to match, a clear sky has none; most have.
        if (kind.Rerank == RerankModes.Geometric && verified < queries / 2)
        {
            throw new InvalidDataException($"Only {verified} of {queries} searches verified anything.");
        }

        var (p50, p95) = Percentiles.P50AndP95(samples);
        return new WholeSearch(bus, kind.Query, kind.Mode, kind.Rerank, p50, p95);
    }

    private static async Task<SearchResults> AskAsync(IRequestClient<SearchImages> client, SearchImages request, CancellationToken ct)
    {
        var response = await client.GetResponse<SearchResults, RequestRefused>(request, ct);
        return response.Is(out Response<SearchResults>? results)
            ? results.Message
            : throw new InvalidDataException(response.Is(out Response<RequestRefused>? refused) ? $"{refused.Message.Reason}: {refused.Message.Detail}" : "No answer.");
    }

    private sealed record Kind(string Query, string Mode, string Rerank, Func<int, SearchImages> Request);
}
