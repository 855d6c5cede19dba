using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pipeline.Tests.Support;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Xunit;

namespace Pipeline.Tests.Integration.Operations;

/// <summary>The system under the users, secrets and telemetry of its deployment.</summary>
public sealed partial class DeployedSystemTests(DeployedSystem system) : IClassFixture<DeployedSystem>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string[] Ways = ["gateway", "upload", "sift-extraction", "cnn-extraction", "hash-encoding", "indexing", "neighbour-mining"];

    [Fact]
    public async Task One_upload_is_one_trace_with_a_span_of_every_stage()
    {
        await Eventually.TrueAsync(
            () => Uploads().Count(IsWhole) >= system.Images.Count,
            Patience,
            () => string.Join('\n', Uploads().Select(spans => string.Join(' ', spans.Select(span => $"{span.Service}:{span.Name}")))));

        // No span hangs in the air, and none belongs to two.
        foreach (var trace in Uploads().Where(IsWhole))
        {
            var ids = trace.Select(span => span.Id).ToHashSet();
            Assert.Equal(ids.Count, trace.Count);
            Assert.Single(trace, span => span.Parent.Length == 0);
        }

        // Processes send what they have every few seconds, each in its own time.
        static bool IsWhole(List<ReceivedSpan> trace) => Ways.All(trace.Select(span => span.Service).Contains) && trace.Any(span => span.Parent.Length == 0);

        List<List<ReceivedSpan>> Uploads() => [.. system.Otlp.Spans.GroupBy(span => span.Trace)
            .Where(trace => trace.Any(span => span.Service == "upload")).Select(trace => trace.ToList())];
    }

    [Fact]
    public async Task Logs_are_JSON_and_name_upload_correlation_and_trace()
    {
        // An upload that is none is refused, and who refuses says so.
        var upload = Guid.NewGuid();
        await PublishUploadAsync($"{{\"uploadId\":\"{upload}\",\"schemaVersion\":99}}");

        JsonNode? line = null;
        await Eventually.TrueAsync(
            async () => (line = (await LinesAsync("Upload")).FirstOrDefault(entry => (string?)entry["State"]?["UploadId"] == upload.ToString())) is not null, Patience);
        Assert.Equal("unknown-schema-version", (string?)line!["State"]!["Reason"]);
        Assert.NotNull((string?)line["State"]!["CorrelationId"]);
        var trace = line["Scopes"]!.AsArray().Select(scope => (string?)scope!["TraceId"]).FirstOrDefault(id => id is not null);
        Assert.Matches("^[0-9a-f]{32}$", trace);

        foreach (var service in system.Services.Processes)
        {
            Assert.All(await LinesAsync(service.Project), entry => Assert.NotNull((string?)entry["Message"]));
        }

        async Task<List<JsonNode>> LinesAsync(string service) =>
            [.. (await DeployedSystem.LogAsync(system.Services[service])).Select(text => JsonNode.Parse(text)!)];
    }

    [Fact]
    public async Task Every_command_of_the_gateway_is_within_the_rights_of_those_who_carry_it_out()
    {
        var collection = $"v1/collections/{DeployedSystem.Collection}";
        foreach (var command in (string[])["vocabulary", "encoder", "model", "model/rollback", "embedding", "neighbours/repair", "reindex", "reindex/cancel"])
        {
            using var answer = await system.Gateway.PostAsJsonAsync($"{collection}/{command}", new JsonObject());
            Assert.True(answer.IsSuccessStatusCode || (int)answer.StatusCode == 409, $"{command}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }

        using var created = await system.Gateway.PutAsync("v1/collections/another", null);
        created.EnsureSuccessStatusCode();
        using var search = await system.Gateway.PostAsJsonAsync($"{collection}/search", new { imageId = system.Images[0], mode = "hash", rerank = "geometric" });
        search.EnsureSuccessStatusCode();
        var doomed = await system.IndexAsync();
        using var deleted = await system.Gateway.DeleteAsync($"{collection}/images/{doomed}");
        deleted.EnsureSuccessStatusCode();
        await Eventually.TrueAsync(
            async () =>
            {
                using var gone = await system.Gateway.GetAsync($"{collection}/images/{doomed}");
                return gone.StatusCode == System.Net.HttpStatusCode.NotFound;
            },
            Patience);

        await system.RabbitMq.GetVirtualHost(DeployedSystem.VirtualHost).WaitForQueuesAsync(all => all.All(queue => queue.Total == 0), Patience);
        foreach (var service in system.Services.Processes)
        {
            Assert.DoesNotContain(await DeployedSystem.LogAsync(service), line =>
                line.Contains("ACCESS_REFUSED", StringComparison.OrdinalIgnoreCase) || line.Contains("NOPERM", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("sift-extraction", "Pipeline.Contracts.Commands:DeleteImage")]
    [InlineData("upload", "Pipeline.Contracts.Events:ModelPublished")]
    [InlineData("publisher", "Pipeline.Contracts.Commands:DeleteImage")]
    [InlineData("gateway", "amq.default")]
    public async Task A_user_may_not_publish_what_its_service_does_not(string user, string exchange)
    {
        await using var connection = await ConnectAsync(user);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));

        await Assert.ThrowsAnyAsync<Exception>(async () =>
            await channel.BasicPublishAsync(exchange == "amq.default" ? "" : exchange, "search", mandatory: true, "{}"u8.ToArray()));

        Assert.Equal((ushort?)403, channel.CloseReason?.ReplyCode);
    }

    [Theory]
    [InlineData("sift-extraction", "search")]
    [InlineData("cnn-extraction", "sift-extraction")]
    [InlineData("publisher", "upload")]
    public async Task A_user_may_not_read_the_queues_of_others(string user, string queue)
    {
        await using var connection = await ConnectAsync(user);
        await using var channel = await connection.CreateChannelAsync();

        var refused = await Assert.ThrowsAnyAsync<OperationInterruptedException>(() => channel.BasicGetAsync(queue, autoAck: false));

        Assert.Equal((ushort?)403, refused.ShutdownReason?.ReplyCode);
    }

    [Fact]
    public Task Another_system_uploads_as_publisher() =>
        // Confirmed, and routed: a message that leads nowhere comes back and throws.
        PublishUploadAsync("{}");

    private async Task PublishUploadAsync(string body)
    {
        await using var connection = await ConnectAsync("publisher");
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await channel.BasicPublishAsync("Pipeline.Contracts.Events:ImageUploaded", "", mandatory: true, Encoding.UTF8.GetBytes(body));
    }

    [Fact]
    public async Task Dashboards_and_alerts_ask_for_what_brokers_runtimes_and_servers_export()
    {
        using var http = new HttpClient();
        var broker = system.RabbitMq.PrometheusUri!;
        string[] pages =
        [
            await http.GetStringAsync(broker + "metrics"),
            await http.GetStringAsync(broker + "metrics/detailed?family=queue_coarse_metrics&family=queue_consumer_count"),
            .. await Task.WhenAll(system.Services.Processes.Select(process => process.MetricsAsync())),
        ];
        var exported = pages.SelectMany(page => SampleName().Matches(page)).Select(match => match.Groups[1].Value).ToHashSet();

        var asked = MonitoringQueries.All().SelectMany(expression => ForeignName().Matches(expression)).Select(match => match.Value).Distinct().ToArray();

        Assert.Contains(asked, name => name.StartsWith("rabbitmq_detailed_", StringComparison.Ordinal));
        Assert.All(asked, name => Assert.Contains(name, exported));
    }

    [Fact]
    public async Task Redis_users_do_what_they_are_for()
    {
        using var services = await RedisUsers.LogInAsync(system.Redis.Url, "default", system.Secret("redis-services"));
        using var probe = await RedisUsers.LogInAsync(system.Redis.Url, "probe", system.Secret("redis-probe"));

        Assert.Equal("+PONG", await probe.AskAsync("PING"));
        Assert.StartsWith("-NOPERM", await probe.AskAsync("GET", "pipeline:x"), StringComparison.Ordinal);
        foreach (var command in (string[][])[["FLUSHALL"], ["KEYS", "*"], ["CONFIG", "SET", "appendonly", "no"], ["ACL", "LIST"], ["SET", "other:key", "1"]])
        {
            Assert.StartsWith("-NOPERM", await services.AskAsync(command), StringComparison.Ordinal);
        }
    }

    [GeneratedRegex("^([a-z_]+)[{ ]", RegexOptions.Multiline)]
    private static partial Regex SampleName();

    // Names of ours are checked without a run: some are exported only once something has happened.
    [GeneratedRegex(@"\b(rabbitmq|dotnet|http_server)_[a-z_]+\b(?=[\[{ ]|$|\))")]
    private static partial Regex ForeignName();

    private Task<IConnection> ConnectAsync(string user) => new ConnectionFactory
    {
        HostName = system.RabbitMq.Host,
        Port = system.RabbitMq.Port,
        VirtualHost = DeployedSystem.VirtualHost,
        UserName = user,
        Password = system.Secret($"rabbitmq-{user}"),
    }.CreateConnectionAsync();
}
