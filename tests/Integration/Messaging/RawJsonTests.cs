using System.Text;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;
using Pipeline.Tests.Support;
using RabbitMQ.Client;
using Xunit;

namespace Pipeline.Tests.Integration.Messaging;

/// <summary>Upload events from publishers that know AMQP and JSON, and nothing of MassTransit.</summary>
[Collection(SharedServers.Messaging)]
public sealed class RawJsonTests(SharedServers servers)
{
    private const string Exchange = "Pipeline.Contracts.Events:ImageUploaded";

    [Theory]
    [InlineData(Exchange, "")]
    [InlineData("", "uploads")]
    [InlineData("uploads", "")]
    public async Task The_documented_example_is_accepted(string exchange, string routingKey)
    {
        await using var virtualHost = await (await servers.RabbitMqAsync()).CreateVirtualHostAsync();
        await using var host = await StartAsync(virtualHost);
        var example = await File.ReadAllBytesAsync(Path.Combine(RepositoryRoot.Path, "shared/Contracts/examples/image-uploaded.json"));

        foreach (var contentType in new[] { "application/json", null, "text/plain", "no content type at all" })
        {
            await PublishAsync(virtualHost, exchange, routingKey, example, contentType);
        }

        var uploads = await host.Services.GetRequiredService<Probe<ImageUploaded>>().WaitAsync(4);
        Assert.All(uploads, upload =>
        {
            Assert.Equal(("photos", "acme", "camera-7/0001.jpg"), (upload.Collection, upload.Tenant, upload.ExternalId));
            Assert.Equal("file:///var/lib/pipeline/incoming/0001.jpg", upload.Source.Uri);
            Assert.Equal(["holiday", "beach"], upload.Labels);
            Assert.Equal(TrafficClass.Live, upload.Traffic);
        });
    }

    [Fact]
    public async Task An_envelope_is_accepted_on_the_same_endpoint()
    {
        await using var virtualHost = await (await servers.RabbitMqAsync()).CreateVirtualHostAsync();
        await using var host = await StartAsync(virtualHost);

        await host.PublishAsync(new ImageUploaded { Collection = "photos", Source = new ImageSource { Bytes = [1, 2, 3] }, Traffic = TrafficClass.Bulk });

        var upload = Assert.Single(await host.Services.GetRequiredService<Probe<ImageUploaded>>().WaitAsync(1));
        Assert.Equal([1, 2, 3], upload.Source.Bytes!);
        Assert.Equal(TrafficClass.Bulk, upload.Traffic);
    }

    [Fact]
    public async Task Malformed_events_are_rejected_with_a_code_and_harm_nobody()
    {
        await using var virtualHost = await (await servers.RabbitMqAsync()).CreateVirtualHostAsync();
        await using var host = await StartAsync(virtualHost);
        var nested = """{ "collection": "nested", "source": """ + new string('[', 5000);
        var cases = new (string Name, byte[] Body, string Reason)[]
        {
            ("no JSON", "hello"u8.ToArray(), RejectionReasons.MalformedEvent),
            ("empty", [], RejectionReasons.MalformedEvent),
            ("not UTF-8", [0xFF, 0xFE, 0x00, 0x80], RejectionReasons.MalformedEvent),
            ("an envelope around null", """{ "messageType": ["urn:message:Pipeline.Contracts.Events:ImageUploaded"], "message": null }"""u8.ToArray(), RejectionReasons.MalformedEvent),
            ("an envelope that ends early", "{ \"message\": "u8.ToArray(), RejectionReasons.MalformedEvent),
            ("null", "null"u8.ToArray(), RejectionReasons.MalformedEvent),
            ("an array", "[1]"u8.ToArray(), RejectionReasons.MalformedEvent),
            ("no fields", "{}"u8.ToArray(), RejectionReasons.MalformedEvent),
            ("truncated", """{ "collection": "truncated", "source": { "uri": "f"""u8.ToArray(), RejectionReasons.MalformedEvent),
            ("no name", """{ "collection": null, "source": {} }"""u8.ToArray(), RejectionReasons.MalformedEvent),
            ("a null for a source", """{ "collection": "null", "source": null }"""u8.ToArray(), RejectionReasons.MalformedEvent),
            ("no source", """{ "collection": "no-source" }"""u8.ToArray(), RejectionReasons.MalformedEvent),
            ("a number for a name", """{ "collection": 7, "source": {} }"""u8.ToArray(), RejectionReasons.MalformedEvent),
            ("a text for an object", """{ "collection": "typed", "source": "x" }"""u8.ToArray(), RejectionReasons.MalformedEvent),
            ("an unknown traffic class", """{ "collection": "traffic", "source": {}, "traffic": "urgent" }"""u8.ToArray(), RejectionReasons.MalformedEvent),
            ("a later version", """{ "schemaVersion": 2, "collection": "later", "source": {} }"""u8.ToArray(), RejectionReasons.UnknownSchemaVersion),
            ("a later version of another shape", """{ "collection": "later", "origin": 5, "schemaVersion": 99 }"""u8.ToArray(), RejectionReasons.UnknownSchemaVersion),
            ("thousands of levels", Encoding.UTF8.GetBytes(nested), RejectionReasons.MalformedEvent),
            ("10 MB of garbage", Garbage(10_000_000), RejectionReasons.MalformedEvent),
        };

        foreach (var (name, body, _) in cases)
        {
            await PublishAsync(virtualHost, "", "uploads", body, name.Contains("envelope", StringComparison.Ordinal) ? "application/vnd.masstransit+json" : "application/json", name);
        }

        await PublishAsync(virtualHost, "", "uploads", """{ "collection": "good", "source": {} }"""u8.ToArray(), "application/json", "good");

        var upload = Assert.Single(await host.Services.GetRequiredService<Probe<ImageUploaded>>().WaitAsync(1));
        Assert.Equal("good", upload.Collection);
        var rejections = await host.Services.GetRequiredService<Probe<ImageRejected>>().WaitAsync(cases.Length);
        var byUpload = rejections.ToDictionary(rejection => rejection.UploadId!.Value);
        foreach (var (name, _, reason) in cases)
        {
            var rejected = byUpload[ImageIdentity.CreateVersion5(new Guid("0b5c7a43-6d3e-5a52-8f0f-3a1f1c6f9d11"), name)];
            Assert.True(rejected.Reason == reason, $"{name}: {rejected.Reason}, {rejected.Detail}");
            Assert.Equal("upload", rejected.Stage);
        }

        Assert.Contains(rejections, rejection => rejection.Collection == "truncated");
        await virtualHost.WaitForQueuesAsync(all => all.All(queue => queue.Total == 0), TimeSpan.FromSeconds(10));
        Assert.Equal(cases.Length, host.Services.GetRequiredService<Probe<ImageRejected>>().Messages.Count);
    }

    private static byte[] Garbage(int length)
    {
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    private static async Task PublishAsync(RabbitMqVirtualHost virtualHost, string exchange, string routingKey, byte[] body, string? contentType, string? messageId = null)
    {
        await using var connection = await new ConnectionFactory { Uri = virtualHost.AmqpUri }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await channel.BasicPublishAsync(exchange, routingKey, mandatory: true, new BasicProperties { ContentType = contentType, MessageId = messageId, Persistent = true }, body);
    }

    private static Task<BusHost> StartAsync(RabbitMqVirtualHost virtualHost) => BusHost.StartAsync(BusHost.Settings(virtualHost.AmqpUri), services => services
        .AddSingleton(new Probe<ImageUploaded>()).AddSingleton(new Probe<ImageRejected>())
        .AddPipelineConsumers(bus =>
        {
            bus.AddConsumer<ProbeConsumer<ImageUploaded>, UploadsDefinition>();
            bus.AddConsumer<ProbeConsumer<ImageRejected>>();
        }));

    internal sealed class UploadsDefinition()
        : PipelineConsumerDefinition<ProbeConsumer<ImageUploaded>>("uploads", stage: Stages.Upload, acceptsRawJson: true);
}
