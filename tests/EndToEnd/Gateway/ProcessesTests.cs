using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;
using Pipeline.Contracts.Queries;
using Pipeline.Messaging;
using Pipeline.Tests.Support;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Xunit;

namespace Pipeline.Tests.EndToEnd.Gateway;

/// <summary>Every service as a process of its own on RabbitMQ and Redis; callers over HTTP, and over the bus without HTTP.</summary>
public sealed class ProcessesTests : IAsyncLifetime
{
    private const string UploadExchange = "Pipeline.Contracts.Events:ImageUploaded";
    private static readonly string Examples = Path.Combine(RepositoryRoot.Path, "shared/Contracts/examples");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("processes-");
    private RabbitMqServer _rabbitMq = null!;
    private RedisServer _redis = null!;
    private RabbitMqVirtualHost _virtualHost = null!;

    public async Task InitializeAsync()
    {
        var redis = RedisServer.StartAsync();
        _rabbitMq = await RabbitMqServer.StartAsync();
        _redis = await redis;
        _virtualHost = await _rabbitMq.CreateVirtualHostAsync();
    }

    public async Task DisposeAsync()
    {
        await _virtualHost.DisposeAsync();
        await _redis.DisposeAsync();
        await _rabbitMq.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Uploads_and_searches_over_HTTP_and_over_the_bus_meet_in_one_index()
    {
        var drop = Directory.CreateDirectory(Path.Combine(_folder.FullName, "drop")).FullName;
        var settings = new Dictionary<string, string>
        {
            ["Messaging:Transport"] = "RabbitMq",
            ["Messaging:Url"] = _virtualHost.AmqpUri.ToString(),
            ["Storage:State:Provider"] = "Redis",
            ["Storage:State:ConnectionString"] = _redis.ConnectionString,
            ["Storage:State:KeyPrefix"] = RedisServer.NewKeyPrefix(),
            ["Storage:Blobs:Root"] = Path.Combine(_folder.FullName, "blobs"),
            ["Upload:Collections:0"] = "photos",
            ["Upload:AllowedRoots:0"] = drop,
        };

        // The Gateway alone is alive, but not ready: nobody answers an inference yet.
        await using var edge = ServiceProcess.Start("Gateway", settings, Path.Combine(_folder.FullName, "gateway.log"));
        using var gateway = new GatewayClient(edge.Url);
        await AnswersAsync(gateway, "health/live", HttpStatusCode.OK, edge);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await gateway.GetAsync("health/ready")).Status);
        await using var cluster = await ServiceCluster.StartAsync(
            _virtualHost.AmqpUri, _redis.ConnectionString, _folder.FullName, settings, [.. ServiceCluster.AllServices.Where(s => s != "Gateway")]);
        await edge.WaitUntilReadyAsync();

        // One picture over HTTP, another from a publisher that knows only AMQP and the documented example.
        var first = await gateway.IndexAsync("photos", Pictures.Scene(0), "?tenant=acme");
        await File.WriteAllBytesAsync(Path.Combine(drop, "0001.jpg"), Pictures.Scene(1));
        var example = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Examples, "image-uploaded.json")))!;
        example["source"]!["uri"] = new Uri(Path.Combine(drop, "0001.jpg")).AbsoluteUri;
        await using var connection = await new ConnectionFactory { Uri = _virtualHost.AmqpUri }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await channel.BasicPublishAsync(UploadExchange, "", mandatory: true, JsonSerializer.SerializeToUtf8Bytes(example));
        var indexed = await gateway.WaitAsync("photos", Guid.Parse((string)example["uploadId"]!), "indexed", "?tenant=acme");
        Assert.Equal("camera-7/0001.jpg", (string?)indexed.Body["externalIds"]![0]);

        var expected = await gateway.SearchAsync("photos", Pictures.Copy(Pictures.Scene(1)), "?tenant=acme", ("rerank", RerankModes.Geometric));
        expected.AssertOk();
        Assert.Equal([indexed.Id, first], expected.HitIds);
        Assert.Equal([MatchKinds.NearDuplicate, MatchKinds.Similar], expected.Hits.Select(h => (string)h["match"]!));

        var request = new SearchImages
        {
            Collection = "photos",
            Tenant = "acme",
            Image = new ImageSource { Bytes = Pictures.Copy(Pictures.Scene(1)) },
            Rerank = RerankModes.Geometric,
        };
        // A bus without consumers connects when it first asks, so there is no readiness to wait for.
        await using var host = await BusHost.StartAsync(BusHost.Settings(_virtualHost.AmqpUri), _ => { }, waitUntilReady: false);
        var overTheBus = await host.Services.GetRequiredService<IBus>().CreateRequestClient<SearchImages>(TimeSpan.FromMinutes(2))
            .GetResponse<SearchResults, RequestRefused>(request);
        Assert.True(overTheBus.Is(out Response<SearchResults>? results), "The search was refused.");
        AssertSameHits(expected, JsonSerializer.SerializeToNode(results!.Message, PipelineJson.Options)!);

        var answer = await AskAsync(channel, envelope => envelope["message"]!["image"] = new JsonObject { ["bytes"] = Convert.ToBase64String(request.Image.Bytes) });
        Assert.Equal("urn:message:Pipeline.Contracts.Queries:SearchResults", (string?)answer["messageType"]![0]);
        AssertSameHits(expected, answer["message"]!);

        var refusal = await AskAsync(channel, envelope => envelope["message"]!["limit"] = 0);
        Assert.Equal("urn:message:Pipeline.Contracts.Queries:RequestRefused", (string?)refusal["messageType"]![0]);
        Assert.Equal(RefusalReasons.InvalidRequest, (string?)refusal["message"]!["reason"]);
    }

    /// <summary>The documented search, from a caller with nothing but an AMQP library.</summary>
    private static async Task<JsonNode> AskAsync(IChannel channel, Action<JsonNode> change)
    {
        var envelope = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Examples, "search-images.json")))!;
        var requestId = Guid.NewGuid();
        var replies = $"replies-{requestId:N}";
        envelope["requestId"] = requestId;
        envelope["responseAddress"] = $"exchange:{replies}?temporary=true";
        change(envelope);

        await channel.ExchangeDeclareAsync(replies, ExchangeType.Fanout, durable: false, autoDelete: true);
        await channel.QueueDeclareAsync(replies, durable: false, exclusive: true, autoDelete: true);
        await channel.QueueBindAsync(replies, replies, "");
        var reply = new TaskCompletionSource<JsonNode>(TaskCreationOptions.RunContinuationsAsynchronously);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            reply.TrySetResult(JsonNode.Parse(delivery.Body.Span)!);
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(replies, autoAck: true, consumer);
        await channel.BasicPublishAsync(
            "", "search", mandatory: true, new BasicProperties { ContentType = "application/vnd.masstransit+json" }, JsonSerializer.SerializeToUtf8Bytes(envelope));
        var answer = await reply.Task.WaitAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(requestId, (Guid?)answer["requestId"]);
        return answer;
    }

    private static void AssertSameHits(Answer expected, JsonNode results)
    {
        Assert.Equal(
            expected.Hits.Select(hit => ((Guid)hit["imageId"]!, (string)hit["match"]!, Math.Round((double)hit["score"]!, 5))),
            results["hits"]!.AsArray().Select(hit => ((Guid)hit!["imageId"]!, (string)hit["match"]!, Math.Round((double)hit["score"]!, 5))));
    }

    private static Task AnswersAsync(GatewayClient gateway, string path, HttpStatusCode status, ServiceProcess process) => Eventually.TrueAsync(
        async () =>
        {
            try
            {
                return (await gateway.GetAsync(path)).Status == status;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException && process.IsRunning)
            {
                return false;
            }
        },
        TimeSpan.FromSeconds(60),
        () => Task.FromResult(process.LogTail()));
}
