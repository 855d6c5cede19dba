using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration;

/// <summary>
/// The servers of this assembly, each started when a test first asks for it and ended with the collection. Test classes take
/// it in their constructor and carry <c>[Collection(SharedServers.Collection)]</c>; they run one after the other, so a test may
/// kill a server if it restarts it.
/// </summary>
public sealed class SharedServers : IAsyncLifetime
{
    /// <summary>Name of the test collection that shares the servers.</summary>
    public const string Collection = "servers";

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

/// <summary>Ties <see cref="SharedServers"/> to its collection.</summary>
[CollectionDefinition(SharedServers.Collection)]
public sealed class SharedServersCollection : ICollectionFixture<SharedServers>;
