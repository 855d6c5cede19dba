using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pipeline.Contracts;
using Pipeline.Tests.Integration.Faults;
using Pipeline.Tests.Support;
using Pipeline.VectorIndex;
using Xunit;

namespace Pipeline.Tests.Integration.Tenancy;

/// <summary>Real processes lose their Redis, rebuild a collection and delete it, and are killed all the while.</summary>
[Collection(SharedServers.Reindexes)]
public sealed class KilledProcessesTests(SharedServers servers) : IAsyncLifetime
{
    private const string Collection = Uploads.Collection;
    private const int Images = 20;
    private const int Kills = 5;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly string[] Services = ["Upload", "SiftExtraction", "CnnExtraction", "HashEncoding", "Indexing", "Gateway"];
    private readonly Random _random = new(7);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeline-killed-");

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_collection_is_rebuilt_whole_and_deleted_without_a_trace_by_processes_that_are_killed_again_and_again()
    {
        var uploads = Uploads.Create(good: Images, bad: 0, seed: 31).All;
        string[] found;
        await using (var cluster = await StartAsync(RedisServer.NewKeyPrefix()))
        {
            using var http = Client(cluster);
            using var uploading = new HttpUploads(cluster["Gateway"].Url);
            await uploading.UploadUntilAcceptedAsync(uploads);
            await IndexedAsync(http);
            found = await SearchAllAsync(http, uploads);
        }

        string[] words = [$"\"{Collection}\"", $":{Collection}", $"/{Collection}/", $"/{Collection} ", .. uploads.Select(upload => upload.ImageId.ToString("N")), .. uploads.Select(upload => ImageIdentity.HashContent(upload.Bytes))];
        await using var redis = new RedisContent((await servers.RedisAsync()).ConnectionString);

        // Everything in Redis and all messages are lost.
        var prefix = RedisServer.NewKeyPrefix();
        await using (var cluster = await StartAsync(prefix))
        {
            using var http = Client(cluster);
            (await http.PostAsync(new Uri("rebuild", UriKind.Relative), content: null)).EnsureSuccessStatusCode();
            await KillAsync(cluster, ["Indexing", "Indexing", "SiftExtraction", "CnnExtraction", "HashEncoding"]);
            await Eventually.TrueAsync(async ct => (double)(await GetAsync(http, "rebuild", ct))["progress"]! == 1, Patience, "The rebuild's end");
            await IndexedAsync(http);
            Assert.Equal(found, await SearchAllAsync(http, uploads));

            (await http.DeleteAsync(new Uri($"../{Collection}", UriKind.Relative))).EnsureSuccessStatusCode();
            await KillAsync(cluster, ["Indexing"]);
            await Eventually.TrueAsync(
                async ct => (await http.GetAsync(new Uri($"../{Collection}", UriKind.Relative), ct)).StatusCode == HttpStatusCode.NotFound, Patience, "The collection's end");
            // Its end is still to be told when the collection is gone, and whoever tells it is killed next.
            await Eventually.TrueAsync(
                async ct => await redis.ReadAsync(prefix).AllAsync(text => !words.Any(word => text.Contains(word, StringComparison.Ordinal)), ct),
                Patience,
                "Word of it");
        }

        await foreach (var text in redis.ReadAsync(prefix))
        {
            Assert.DoesNotContain(words, word => text.Contains(word, StringComparison.Ordinal));
        }

        await foreach (var text in FolderContent.ReadAsync(Path.Combine(_folder.FullName, "blobs")))
        {
            Assert.DoesNotContain(words, word => text.Contains(word, StringComparison.Ordinal));
        }

        await using var index = EmbeddedVectorIndex.Open(new VectorIndexOptions { Path = Path.Combine(_folder.FullName, "index") });
        Assert.Empty(await index.ListCollectionsAsync());
    }

    private async Task<ServiceCluster> StartAsync(string prefix)
    {
        var virtualHost = await (await servers.RabbitMqAsync()).CreateVirtualHostAsync();
        var settings = new Dictionary<string, string>
        {
            ["Storage:State:KeyPrefix"] = prefix,
            ["Messaging:RedeliveryDelay"] = "00:00:01",
            ["Messaging:MaxProbeInterval"] = "00:00:01",
            ["Index:Codes:SweepInterval"] = "00:00:00.2",
            ["Index:Generations:SweepInterval"] = "00:00:00.2",
            ["Index:Deletion:Interval"] = "00:00:00.2",
            ["Index:Deletion:Settle"] = "00:00:05",
            ["Gateway:RequestsPerSecond"] = "100000",
            ["Gateway:RequestBurst"] = "100000",
        };
        return await ServiceCluster.StartAsync(virtualHost.AmqpUri, (await servers.RedisAsync()).ConnectionString, _folder.FullName, settings, Services);
    }

    private async Task KillAsync(ServiceCluster cluster, string[] services)
    {
        for (var kill = 0; kill < Kills; kill++)
        {
            await Task.Delay(_random.Next(10, 400));
            var process = cluster[services[_random.Next(services.Length)]];
            await process.KillAsync();
            process.StartAgain();
            await process.WaitUntilReadyAsync();
        }
    }

    private static HttpClient Client(ServiceCluster cluster) =>
        new() { BaseAddress = new Uri(cluster["Gateway"].Url, $"v1/collections/{Collection}/"), Timeout = TimeSpan.FromSeconds(30) };

    private static async Task<JsonNode> GetAsync(HttpClient http, string path, CancellationToken ct = default) =>
        JsonNode.Parse(await http.GetStringAsync(new Uri(path, UriKind.Relative), ct))!;

    private static Task IndexedAsync(HttpClient http) => Eventually.TrueAsync(
        async ct => (await GetAsync(http, $"../{Collection}", ct))["images"]!.AsObject() is var counts && (int)counts["indexed"]! == Images && (int)counts["processing"]! == 0,
        Patience,
        "All images indexed");

    private static async Task<string[]> SearchAllAsync(HttpClient http, IEnumerable<Faults.Upload> uploads)
    {
        var found = new List<string>();
        foreach (var upload in uploads)
        {
            foreach (var mode in (string[])["cnn", "hash"])
            {
                using var response = await http.PostAsJsonAsync(new Uri("search", UriKind.Relative), new { imageId = upload.ImageId, mode, limit = Images });
                var body = JsonNode.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync())!;
                found.AddRange(body["hits"]!.AsArray().Select(hit => $"{mode} {upload.ImageId}: {hit!["imageId"]} {hit["score"]} {hit["hammingDistance"]}"));
            }
        }

        return [.. found];
    }
}
