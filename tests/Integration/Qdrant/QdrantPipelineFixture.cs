using Pipeline.Tests.Integration.Pipelines;
using Pipeline.Tests.Support;
using Pipeline.Tests.Support.Qdrant;
using Xunit;

namespace Pipeline.Tests.Integration.Qdrant;

/// <summary>All services as in production: over the real broker, with their state in the real Redis and the index in Qdrant, or its double.</summary>
public sealed class QdrantPipelineFixture(SharedServers servers) : IAsyncLifetime
{
    public QdrantServer Server { get; private set; } = null!;

    public TestPipeline Pipeline { get; private set; } = null!;

    /// <summary>Longest that Qdrant may take.</summary>
    public static TimeSpan Timeout { get; } = TimeSpan.FromSeconds(2);

    public async Task InitializeAsync()
    {
        Server = await QdrantServer.StartAsync();
        var redis = await servers.RedisAsync();
        var options = Server.NewOptions();
        Pipeline = await TestPipeline.StartAsync(
            await servers.RabbitMqAsync(),
            ("Storage:State:Provider", "Redis"),
            ("Storage:State:ConnectionString", redis.ConnectionString),
            ("Storage:State:KeyPrefix", RedisServer.NewKeyPrefix()),
            ("Index:Provider", "Qdrant"),
            ("Index:Qdrant:Url", Server.Url.AbsoluteUri),
            ("Index:Qdrant:ApiKey", options.ApiKey),
            ("Index:Qdrant:AllowInsecureKey", "true"),
            ("Index:Qdrant:Prefix", options.Prefix),
            ("Index:Qdrant:Timeout", Timeout.ToString()),
            ("Messaging:MaxProbeInterval", "00:00:01"),
            ("Messaging:RedeliveryDelay", "00:00:01"),
            ("Mining:Vocabulary:Automatic", "false"),
            ("Mining:Vocabulary:MinImages", "6"),
            ("Mining:Vocabulary:Words", "48"));
    }

    public async Task DisposeAsync()
    {
        foreach (var collection in await Pipeline.Index.ListCollectionsAsync())
        {
            await Pipeline.Index.DropCollectionAsync(collection);
        }

        await Pipeline.DisposeAsync();
        var violations = Server.Violations();
        await Server.DisposeAsync();
        Assert.Empty(violations);
    }
}
