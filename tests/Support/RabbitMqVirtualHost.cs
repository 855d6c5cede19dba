namespace Pipeline.Tests.Support;

/// <summary>A virtual host of one test; disposing it deletes it with every queue, exchange and connection in it.</summary>
public sealed class RabbitMqVirtualHost : IAsyncDisposable
{
    private readonly RabbitMqServer _server;

    internal RabbitMqVirtualHost(RabbitMqServer server, string name)
    {
        _server = server;
        Name = name;
    }

    /// <summary>The virtual host's name.</summary>
    public string Name { get; }

    /// <summary><c>amqp://user:password@host:port/name</c></summary>
    public Uri AmqpUri => new(_server.AmqpUri, Uri.EscapeDataString(Name));

    /// <summary>Every queue in it with its depth.</summary>
    public Task<IReadOnlyList<QueueDepth>> ListQueuesAsync(CancellationToken ct = default) => _server.ListQueuesAsync(Name, ct);

    /// <summary>Polls until the queues satisfy the condition.</summary>
    /// <exception cref="TimeoutException">They did not in time; the message names the depths last seen.</exception>
    public async Task<IReadOnlyList<QueueDepth>> WaitForQueuesAsync(
        Func<IReadOnlyList<QueueDepth>, bool> condition, TimeSpan timeout, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var deadline = DateTime.UtcNow + timeout;
        while (true)
        {
            var queues = await ListQueuesAsync(ct);
            if (condition(queues))
            {
                return queues;
            }

            if (DateTime.UtcNow > deadline)
            {
                throw new TimeoutException($"After {timeout}: {string.Join(", ", queues)}");
            }

            await Task.Delay(200, ct);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _server.DeleteVirtualHostAsync(Name);
}
