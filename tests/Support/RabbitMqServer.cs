using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Tests.Support;

/// <summary>
/// A real RabbitMQ: the one PIPELINE_RABBITMQ_URL names (with PIPELINE_RABBITMQ_MANAGEMENT_URL, else port 15672 of the same
/// host), or Debian's, started privately. Tests isolate themselves by virtual host.
/// </summary>
public sealed class RabbitMqServer : IAsyncDisposable
{
    private readonly PrivateServer? _private;
    private readonly HttpClient _management;

    private RabbitMqServer(PrivateServer? owned, Uri amqp, Uri management)
    {
        _private = owned;
        AmqpUri = amqp;
        ManagementUri = management;
        var credentials = amqp.UserInfo.Split(':', 2).Select(Uri.UnescapeDataString).ToArray();
        (User, Password) = (credentials[0], credentials[1]);
        _management = new HttpClient { BaseAddress = management, Timeout = TimeSpan.FromMinutes(2) };
        _management.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}")));
    }

    /// <summary><c>amqp://user:password@host:port/</c></summary>
    public Uri AmqpUri { get; }

    /// <summary>Where the management API answers.</summary>
    public Uri ManagementUri { get; }

    /// <summary>Host of the broker.</summary>
    public string Host => AmqpUri.Host;

    /// <summary>AMQP port.</summary>
    public int Port => AmqpUri.Port < 0 ? 5672 : AmqpUri.Port;

    /// <summary>A user with every right.</summary>
    public string User { get; }

    /// <summary>That user's password.</summary>
    public string Password { get; }

    /// <summary>Process id of the node that this process started, else null.</summary>
    public int? Pid => _private?.Pid("node_pid");

    /// <summary>Connects to the configured broker or starts a private one, and waits until it answers.</summary>
    public static async Task<RabbitMqServer> StartAsync()
    {
        if (Environment.GetEnvironmentVariable("PIPELINE_RABBITMQ_URL") is { Length: > 0 } url)
        {
            var amqp = new Uri(url);
            var management = Environment.GetEnvironmentVariable("PIPELINE_RABBITMQ_MANAGEMENT_URL") is { Length: > 0 } given
                ? new Uri(given)
                : new Uri($"http://{amqp.Host}:15672/");
            return new RabbitMqServer(null, amqp, management);
        }

        return await StartPrivateAsync();
    }

    /// <summary>Starts Debian's whatever is configured: for a test that kills its broker, which no other test should notice.</summary>
    public static async Task<RabbitMqServer> StartPrivateAsync()
    {
        var owned = await PrivateServer.StartAsync("rabbitmq");
        return new RabbitMqServer(owned, new Uri(owned.Settings["url"]), new Uri(owned.Settings["management_url"]));
    }

    /// <summary>Starts another node of this one's cluster, with its users, virtual hosts and queues; to be ended before it.</summary>
    public async Task<RabbitMqServer> StartNodeAsync()
    {
        var owned = await PrivateServer.StartAsync("rabbitmq", arguments: ["--join", Owned().Settings["dir"]]);
        return new RabbitMqServer(owned, new Uri(owned.Settings["url"]), new Uri(owned.Settings["management_url"]));
    }

    /// <summary>The name by which the other nodes of its cluster know it.</summary>
    public string NodeName => Owned().Settings["node_name"];

    /// <summary>Asks the management API. It may name a property twice, which a <see cref="JsonNode"/> would not take.</summary>
    /// <param name="path">Below <see cref="ManagementUri"/>.</param>
    /// <param name="ct">Cancels.</param>
    public Task<JsonElement> AskAsync(string path, CancellationToken ct = default) => _management.GetFromJsonAsync<JsonElement>(path, ct);

    /// <summary>
    /// So long a node must live after its queues were declared if they are to survive <see cref="KillAsync"/>: RabbitMQ 3.10 writes its directory
    /// of quorum queues within about three seconds, and a busy machine takes longer.
    /// </summary>
    public static TimeSpan TopologyRest { get; } = TimeSpan.FromSeconds(6);

    /// <summary>SIGKILL to the node, as a crash; its data stay, but for queues younger than <see cref="TopologyRest"/>.</summary>
    public Task KillAsync() => Owned().KillAsync("node_pid");

    /// <summary>Freezes it (SIGSTOP): connections stay open and nothing answers.</summary>
    public Task FreezeAsync() => Owned().SignalAsync("STOP", "node_pid");

    /// <summary>Lets a frozen one go on.</summary>
    public Task ThawAsync() => Owned().SignalAsync("CONT", "node_pid");

    /// <summary>Ends the node in the orderly way; its data stay.</summary>
    public Task StopAsync() => Owned().StopAsync();

    /// <summary>Starts it again on the same ports and data, and waits until it answers.</summary>
    public Task RestartAsync() => Owned().StartAgainAsync();

    /// <summary>Where its Prometheus page is, if this process started it; else null.</summary>
    public Uri? PrometheusUri => _private is null ? null : new Uri(_private.Settings["prometheus_url"]);

    /// <summary>Imports users, permissions and what else a file of definitions has; they stay until the broker ends.</summary>
    /// <param name="json">The definitions.</param>
    /// <param name="ct">Cancels.</param>
    public Task ImportDefinitionsAsync(string json, CancellationToken ct = default) =>
        SendAsync(HttpMethod.Post, "api/definitions", JsonNode.Parse(json), ct);

    /// <summary>A virtual host that is there already; not to be disposed of, unless it is to go.</summary>
    public RabbitMqVirtualHost GetVirtualHost(string name) => new(this, name);

    /// <summary>Creates a virtual host of its own for a test.</summary>
    public async Task<RabbitMqVirtualHost> CreateVirtualHostAsync(CancellationToken ct = default)
    {
        var name = $"test-{Guid.NewGuid():N}";
        await SendAsync(HttpMethod.Put, $"api/vhosts/{name}", null, ct);
        await SendAsync(
            HttpMethod.Put,
            $"api/permissions/{name}/{Uri.EscapeDataString(User)}",
            new JsonObject { ["configure"] = ".*", ["write"] = ".*", ["read"] = ".*" },
            ct);
        return new RabbitMqVirtualHost(this, name);
    }

    internal Task DeleteVirtualHostAsync(string name) =>
        SendAsync(HttpMethod.Delete, $"api/vhosts/{Uri.EscapeDataString(name)}", null, CancellationToken.None);

    internal async Task<IReadOnlyList<QueueDepth>> ListQueuesAsync(string virtualHost, CancellationToken ct)
    {
        // Totals straight from the queues: the statistics that are listed by default lag by five seconds and more.
        var queues = await _management.GetFromJsonAsync<JsonArray>(
            $"api/queues/{Uri.EscapeDataString(virtualHost)}?disable_stats=true&enable_queue_totals=true", ct);
        return queues!.Select(queue => new QueueDepth(
            (string)queue!["name"]!,
            (string)queue["type"]!,
            (long?)queue["messages_ready"] ?? 0,
            (long?)queue["messages_unacknowledged"] ?? 0)).ToList();
    }

    /// <summary>Ends the processes it started, and only those.</summary>
    public async ValueTask DisposeAsync()
    {
        _management.Dispose();
        if (_private is not null)
        {
            await _private.DisposeAsync();
        }
    }

    private async Task SendAsync(HttpMethod method, string path, JsonNode? body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, path);
        // The API wants a content type and a length even with nothing to say.
        request.Content = JsonContent.Create(body ?? new JsonObject());
        await request.Content.LoadIntoBufferAsync(ct);
        using var response = await _management.SendAsync(request, ct);
        if (!response.IsSuccessStatusCode)
        {
            var answer = await response.Content.ReadAsStringAsync(ct);
            throw new InvalidOperationException($"{method} {path}: {response.StatusCode} {answer}");
        }
    }

    private PrivateServer Owned() =>
        _private ?? throw new NotSupportedException("A broker given by PIPELINE_RABBITMQ_URL is not ours to kill or restart.");
}
