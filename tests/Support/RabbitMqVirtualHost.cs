using System.Diagnostics;

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

    /// <summary>Polls until the queues satisfy the condition: however long that takes while they still move.</summary>
    /// <exception cref="TimeoutException">
    /// They did not, and nothing moved for <paramref name="patience"/>, or ten times that had passed; the message names the depths last seen.
    /// </exception>
    public async Task<IReadOnlyList<QueueDepth>> WaitForQueuesAsync(
        Func<IReadOnlyList<QueueDepth>, bool> condition, TimeSpan patience, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var (waiting, still) = (Stopwatch.StartNew(), Stopwatch.StartNew());
        IReadOnlyList<QueueDepth> before = [];
        while (true)
        {
            var queues = await ListQueuesAsync(ct);
            if (condition(queues))
            {
                return queues;
            }

            if (!queues.SequenceEqual(before))
            {
                still.Restart();
            }

            if (still.Elapsed > patience * Eventually.Slack || waiting.Elapsed > 10 * patience)
            {
                var full = queues.Where(queue => queue.Total > 0).Select(queue => $"{queue.Name}: {queue.Ready} + {queue.Unacknowledged} unacknowledged");
                throw new TimeoutException($"After {waiting.Elapsed}, {queues.Count} queues, not empty: {string.Join(", ", full)}");
            }

            before = queues;
            await Task.Delay(200, ct);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _server.DeleteVirtualHostAsync(Name);
}
