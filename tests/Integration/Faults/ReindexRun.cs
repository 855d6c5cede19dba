using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Catalog;
using Pipeline.Hashing;
using Pipeline.Storage;
using Pipeline.Tests.Support;
using Pipeline.VectorIndex;
using RabbitMQ.Client;
using Xunit;

namespace Pipeline.Tests.Integration.Faults;

/// <summary>The services that a re-index needs as processes on RabbitMQ and Redis, steered over HTTP.</summary>
internal sealed class ReindexRun : IAsyncDisposable
{
    private const int Dimensions = 576;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly RabbitMqVirtualHost _virtualHost;
    private readonly RedisStateStore _state;
    private readonly HttpClient _http;
    private readonly HttpUploads _uploads;
    private readonly string _folder;
    private readonly HashSet<Guid> _living = [];
    private bool _isAsserted;

    private ReindexRun(RabbitMqVirtualHost virtualHost, RedisStateStore state, ServiceCluster cluster, string folder)
    {
        (_virtualHost, _state, Cluster, _folder) = (virtualHost, state, cluster, folder);
        var gateway = cluster["Gateway"].Url;
        _http = new HttpClient { BaseAddress = new Uri(gateway, $"v1/collections/{Uploads.Collection}/"), Timeout = TimeSpan.FromMinutes(2) };
        _uploads = new HttpUploads(gateway);
    }

    public ServiceCluster Cluster { get; }

    /// <summary>Images that are uploaded and not deleted.</summary>
    public IReadOnlyCollection<Guid> Living => _living;

    public static async Task<ReindexRun> StartAsync(SharedServers servers, params (string Key, string Value)[] settings)
    {
        var virtualHost = await (await servers.RabbitMqAsync()).CreateVirtualHostAsync();
        var redis = await servers.RedisAsync();
        var folder = Directory.CreateTempSubdirectory("pipeline-reindex-").FullName;
        var prefix = RedisServer.NewKeyPrefix();
        var configuration = new Dictionary<string, string>
        {
            ["Storage:State:KeyPrefix"] = prefix,
            ["Messaging:RedeliveryDelay"] = "00:00:01",
            ["Messaging:MaxProbeInterval"] = "00:00:01",
            ["Index:Codes:SweepInterval"] = "00:00:00.2",
            ["Index:Generations:SweepInterval"] = "00:00:00.2",
            ["Gateway:RequestsPerSecond"] = "100000",
            ["Gateway:RequestBurst"] = "100000",
        };
        foreach (var (key, value) in settings)
        {
            configuration[key] = value;
        }

        var cluster = await ServiceCluster.StartAsync(
            virtualHost.AmqpUri, redis.ConnectionString, folder, configuration, "Upload", "SiftExtraction", "CnnExtraction", "HashEncoding", "Indexing", "Gateway");
        return new ReindexRun(virtualHost, new RedisStateStore(redis.ConnectionString, prefix, TimeSpan.FromSeconds(30)), cluster, folder);
    }

    public async Task UploadAsync(IEnumerable<Upload> uploads)
    {
        foreach (var upload in uploads)
        {
            while (!await _uploads.TryUploadAsync(upload))
            {
                await Task.Delay(50);
            }

            lock (_living)
            {
                _living.Add(upload.ImageId);
            }
        }
    }

    public async Task DeleteAsync(Guid image)
    {
        (await _http.DeleteAsync(new Uri($"images/{image}", UriKind.Relative))).EnsureSuccessStatusCode();
        lock (_living)
        {
            _living.Remove(image);
        }
    }

    /// <summary>Waits until the catalog has no more and no fewer images than it should.</summary>
    public Task SettledAsync() => Eventually.TrueAsync(
        async () => (await GetAsync(""))["images"]!.AsObject() is var counts && (int)counts["indexed"]! == _living.Count && (int)counts["processing"]! == 0,
        Patience,
        async () => $"{_living.Count} living: {await GetAsync("")}");

    /// <summary>Registers an encoder that differs by its seed.</summary>
    public async Task<string> EncoderAsync(int seed, int bits)
    {
        var random = new Random(seed);
        double[] weights = [.. Enumerable.Range(0, bits * Dimensions).Select(_ => random.NextDouble() - 0.5)];
        var model = new LinearHash(weights, new double[bits], Dimensions).BuildModel();
        var artifacts = new ArtifactStore(new DirectoryBlobStore(Path.Combine(_folder, "blobs")), _state);
        return (await artifacts.AddAsync(EncoderCatalog.ArtifactKind, model, new ArtifactLineage { CreatedFrom = "a test" }, CancellationToken.None)).Version;
    }

    public async Task<JsonNode> GetAsync(string path) =>
        JsonNode.Parse(await _http.GetStringAsync(new Uri(path.Length == 0 ? $"../{Uploads.Collection}" : path, UriKind.Relative)))!;

    public Task<JsonNode> GenerationsAsync() => GetAsync("generations");

    public async Task<JsonNode?> PostAsync(string path, object body)
    {
        using var response = await _http.PostAsJsonAsync(new Uri(path, UriKind.Relative), body);
        return response.IsSuccessStatusCode ? JsonNode.Parse(await response.Content.ReadAsStringAsync()) : null;
    }

    /// <summary>Publishes a command as plain JSON, as systems without MassTransit do.</summary>
    public async Task PublishJsonAsync(string command, object body)
    {
        await using var connection = await new ConnectionFactory { Uri = _virtualHost.AmqpUri }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await channel.BasicPublishAsync(
            $"Pipeline.Contracts.Commands:{command}", "", mandatory: true, new BasicProperties { ContentType = "application/json" }, JsonSerializer.SerializeToUtf8Bytes(body));
    }

    /// <summary>Searches for an image of the collection; fails unless it is answered.</summary>
    public async Task<JsonNode> SearchAsync(Guid image, string mode)
    {
        using var response = await _http.PostAsJsonAsync(new Uri("search", UriKind.Relative), new { imageId = image, mode, limit = 500 });
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        return JsonNode.Parse(body)!;
    }

    /// <summary>Waits until a generation has a state.</summary>
    public async Task<JsonNode> StateAsync(int number, params string[] states)
    {
        JsonNode? last = null;
        await Eventually.TrueAsync(
            async () =>
            {
                last = await GenerationsAsync();
                return Find(last, number) is { } generation && states.Contains((string)generation["state"]!);
            },
            Patience,
            () => Task.FromResult($"{number} is not {string.Join(" or ", states)}: {last?.ToJsonString()}\n{Cluster["Indexing"].LogTail()}"));
        return Find(last!, number)!;
    }

    /// <summary>The indexes of the serving generation, and of the one that is kept, hold exactly the living images. Ends the services.</summary>
    public async Task AssertIndexesAsync()
    {
        var generations = await GenerationsAsync();
        int[] numbers = [.. new[] { generations["serving"], generations["previous"] }.OfType<JsonNode>().Select(number => (int)number)];
        await Cluster.StopAsync();
        await using var index = EmbeddedVectorIndex.Open(new VectorIndexOptions { Path = Cluster.IndexPath });
        foreach (var number in numbers)
        {
            string[] names = [.. (await index.ListCollectionsAsync()).Where(name => Generation.NumberOf(Uploads.Collection, name) == number)];
            Assert.Equal(2, names.Length);
            foreach (var name in names)
            {
                var ids = (await index.ScanAsync(name, null, 10_000)).Points.Select(point => point.Id).ToHashSet();
                Assert.True(ids.SetEquals(_living), $"{name}: {_living.Count(id => !ids.Contains(id))} missing, {ids.Count(id => !_living.Contains(id))} too many");
            }
        }

        _isAsserted = true;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _uploads.Dispose();
        await Cluster.DisposeAsync();
        await _state.DisposeAsync();
        await _virtualHost.DisposeAsync();
        if (_isAsserted)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private static JsonNode? Find(JsonNode generations, int number) =>
        generations["generations"]!.AsArray().FirstOrDefault(generation => (int)generation!["number"]! == number);
}
