using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration;

/// <summary>
/// The servers of one collection of test classes, each started when a test first asks for it and ended with the collection. Test classes
/// take it in their constructor and carry <c>[Collection(SharedServers.Pipelines)]</c> or another of the names. Classes of one name run
/// one after the other, so a test may kill a server if it restarts it; those of another name run beside them and have servers of their
/// own.
/// </summary>
public sealed class SharedServers : IAsyncLifetime
{
    /// <summary>All services as processes, of which some are killed.</summary>
    public const string Processes = "processes";

    /// <summary>The services that index as processes, of which some are killed.</summary>
    public const string Reindexes = "reindexes";

    /// <summary>All services in the tests' process, that learn models, vocabularies and encoders.</summary>
    public const string Learning = "learning";

    /// <summary>All services in the tests' process.</summary>
    public const string Pipelines = "pipelines";

    /// <summary>Bus and stores alone.</summary>
    public const string Messaging = "messaging";

    private readonly Lazy<Task<RabbitMqServer>> _rabbitMq = new(RabbitMqServer.StartAsync);
    private readonly Lazy<Task<RedisServer>> _redis = new(() => RedisServer.StartAsync());

    /// <summary>The broker, started at the first call.</summary>
    public Task<RabbitMqServer> RabbitMqAsync() => _rabbitMq.Value;

    /// <summary>Redis, started at the first call.</summary>
    public Task<RedisServer> RedisAsync() => _redis.Value;

    /// <inheritdoc/>
    public Task InitializeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_rabbitMq is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            await (await _rabbitMq.Value).DisposeAsync();
        }

        if (_redis is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            await (await _redis.Value).DisposeAsync();
        }
    }
}
