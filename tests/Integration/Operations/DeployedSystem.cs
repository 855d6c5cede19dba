using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Operations;

/// <summary>
/// All services as <c>docker-compose.yml</c> runs them: each a process with the secrets of its own that <c>infra/docker/secrets</c>
/// made, as its own user of RabbitMQ, on a Redis with those users alone, traced, and logging JSON. A few pictures went all the way.
/// </summary>
public sealed partial class DeployedSystem : IAsyncLifetime
{
    public const string VirtualHost = "pipeline";
    public const string Collection = "default";
    private const int Pictures = 3;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("deployed-");
    private RabbitMqServer? _rabbitMq;
    private RedisServer? _redis;
    private OtlpReceiver? _otlp;
    private ServiceCluster? _services;

    public RabbitMqServer RabbitMq => _rabbitMq!;

    public RedisServer Redis => _redis!;

    public OtlpReceiver Otlp => _otlp!;

    public ServiceCluster Services => _services!;

    /// <summary>Images that are in the index.</summary>
    public IReadOnlyList<Guid> Images { get; private set; } = [];

    /// <summary>The gateway, with the operator's key.</summary>
    public HttpClient Gateway { get; } = new();

    public string Secret(string name) => File.ReadAllText(Path.Combine(_folder.FullName, "secrets", name)).TrimEnd('\n');

    public async Task InitializeAsync()
    {
        var redis = RedisServer.StartAsync();
        _rabbitMq = await RabbitMqServer.StartPrivateAsync();
        _redis = await redis;
        _otlp = await OtlpReceiver.StartAsync();
        var made = await Script.RunAsync(
            $"infra/docker/secrets '{Path.Combine(_folder.FullName, "secrets")}'", ("REDIS_ENDPOINTS", $"{_redis.Url.Host}:{_redis.Url.Port}"));
        Assert.True(made.ExitCode == 0, made.Error);
        await _rabbitMq.ImportDefinitionsAsync(Secret("rabbitmq-definitions.json"));
        await SetRedisUsersAsync();
        _services = await ServiceCluster.StartAsync(
            new Uri($"amqp://{_rabbitMq.Host}:{_rabbitMq.Port}/{VirtualHost}"), "", _folder.FullName, new Dictionary<string, string>
            {
                ["Telemetry:OtlpEndpoint"] = _otlp.Endpoint,
                ["Telemetry:OtlpProtocol"] = "Http",
                ["Telemetry:Logs"] = "Json",
            },
            SettingsOf,
            [.. ServiceCluster.AllServices, "Dashboard"]);

        Gateway.BaseAddress = _services["Gateway"].Url;
        Gateway.DefaultRequestHeaders.Add("X-Api-Key", Secret("gateway-key"));
        Images = await Task.WhenAll(Enumerable.Range(0, Pictures).Select(_ => IndexAsync()));
    }

    public async Task DisposeAsync()
    {
        Gateway.Dispose();
        foreach (var part in (IAsyncDisposable?[])[_services, _otlp, _redis, _rabbitMq])
        {
            if (part is not null)
            {
                await part.DisposeAsync();
            }
        }

        _folder.Delete(recursive: true);
    }

    /// <summary>Uploads a new picture and waits until it is indexed.</summary>
    public async Task<Guid> IndexAsync()
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Pipelines.Pictures.Unique(160, 120)), "file", "picture.png" } };
        using var answer = await Gateway.PostAsync($"v1/collections/{Collection}/images", form);
        answer.EnsureSuccessStatusCode();
        var id = (Guid)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["id"]!;
        await Eventually.TrueAsync(
            async () => (string?)(await Gateway.GetFromJsonAsync<JsonNode>($"v1/collections/{Collection}/images/{id}"))!["status"] == "indexed",
            TimeSpan.FromSeconds(60));
        return id;
    }

    /// <summary>What a service has logged.</summary>
    public static async Task<IReadOnlyList<string>> LogAsync(ServiceProcess service)
    {
        // The service holds the file open for writing.
        await using var file = new FileStream(service.LogPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        var text = await reader.ReadToEndAsync();
        // The last line may be half written.
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>A service's name in telemetry and on the broker: <c>SiftExtraction</c> is <c>sift-extraction</c>.</summary>
    public static string NameOf(string project) => Words().Replace(project, "-$1").ToLowerInvariant();

    private Dictionary<string, string> SettingsOf(string project)
    {
        var secrets = Directory.CreateDirectory(Path.Combine(_folder.FullName, "run-secrets", project)).FullName;
        void Mount(string name, string target) => File.Copy(Path.Combine(_folder.FullName, "secrets", name), Path.Combine(secrets, target));
        Mount($"rabbitmq-{NameOf(project)}", "Messaging__Password");
        Mount("redis-connection", "Storage__State__ConnectionString");
        var settings = new Dictionary<string, string> { ["SecretsDirectory"] = secrets, ["Messaging:User"] = NameOf(project) };
        if (project is "Gateway" or "Dashboard")
        {
            Mount($"{NameOf(project)}-key-sha256", $"{project}__ApiKeys__0__Sha256");
            settings[$"{project}:ApiKeys:0:Name"] = "operator";
            settings[$"{project}:ApiKeys:0:Role"] = "admin";
        }

        return settings;
    }

    // As the server reads its file at start: everybody else first, the one that is logged in here last.
    private async Task SetRedisUsersAsync()
    {
        using var redis = await RedisUsers.LogInAsync(Redis.Url, "default", Uri.UnescapeDataString(Redis.Url.UserInfo.Split(':')[1]));
        foreach (var line in Secret("redis-users.acl").Split('\n').Select(line => line.Split(' ')).OrderBy(line => line[1] == "default"))
        {
            Assert.Equal("+OK", await redis.AskAsync(["ACL", "SETUSER", line[1], "reset", .. line[2..]]));
        }
    }

    [GeneratedRegex("(?<=[a-z])([A-Z])")]
    private static partial Regex Words();
}
