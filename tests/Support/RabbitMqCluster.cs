using System.Globalization;
using System.Text.Json;

namespace Pipeline.Tests.Support;

/// <summary>Three real nodes of RabbitMQ that make one cluster; any of them may be killed and started again.</summary>
public sealed class RabbitMqCluster : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private RabbitMqCluster(IReadOnlyList<RabbitMqServer> nodes) => Nodes = nodes;

    /// <summary>Its nodes.</summary>
    public IReadOnlyList<RabbitMqServer> Nodes { get; }

    /// <summary>The node that the others joined, and by which virtual hosts are created and looked at.</summary>
    public RabbitMqServer First => Nodes[0];

    /// <summary>Starts the nodes, whatever broker is configured.</summary>
    public static async Task<RabbitMqCluster> StartAsync()
    {
        var first = await RabbitMqServer.StartPrivateAsync();
        try
        {
            return new RabbitMqCluster([first, .. await Task.WhenAll(first.StartNodeAsync(), first.StartNodeAsync())]);
        }
        catch
        {
            await first.DisposeAsync();
            throw;
        }
    }

    /// <summary>How a service is told about it: all of its nodes, and one of its virtual hosts.</summary>
    public Dictionary<string, string> Settings(RabbitMqVirtualHost virtualHost)
    {
        ArgumentNullException.ThrowIfNull(virtualHost);
        return new(StringComparer.OrdinalIgnoreCase)
        {
            ["Messaging:Url"] = "",
            ["Messaging:Host"] = string.Join(',', Nodes.Select(node => string.Create(CultureInfo.InvariantCulture, $"{node.Host}:{node.Port}"))),
            ["Messaging:VirtualHost"] = virtualHost.Name,
            ["Messaging:User"] = First.User,
            ["Messaging:Password"] = First.Password,
        };
    }

    /// <summary>The node that has the most connections to a virtual host.</summary>
    /// <param name="virtualHost">The virtual host.</param>
    /// <param name="among">The nodes to choose from.</param>
    public async Task<RabbitMqServer> BusiestAsync(RabbitMqVirtualHost virtualHost, IEnumerable<RabbitMqServer> among)
    {
        RabbitMqServer? busiest = null;
        // The statistics of a connection come a moment after it.
        await Eventually.TrueAsync(
            async () =>
            {
                if (await ConnectionsAsync(virtualHost) is not { } counts)
                {
                    return false;
                }

                busiest = among.MaxBy(node => counts.GetValueOrDefault(node.NodeName));
                return busiest is not null && counts.GetValueOrDefault(busiest.NodeName) > 0;
            },
            Patience);
        return busiest!;
    }

    /// <summary>The node that leads a quorum queue.</summary>
    public async Task<RabbitMqServer> LeaderAsync(RabbitMqVirtualHost virtualHost, string queue)
    {
        RabbitMqServer? leader = null;
        await Eventually.TrueAsync(
            async () =>
            {
                var name = await QueueAsync(virtualHost, queue) is { } described && described.TryGetProperty("leader", out var value) ? value.GetString() : null;
                return (leader = Nodes.SingleOrDefault(node => node.NodeName == name)) is not null;
            },
            Patience,
            () => Task.FromResult($"{queue} has no leader."));
        return leader!;
    }

    /// <summary>Waits until every node has its replica of a queue.</summary>
    public Task ReplicatedAsync(RabbitMqVirtualHost virtualHost, string queue) =>
        Eventually.TrueAsync(
            async () => await QueueAsync(virtualHost, queue) is { } described && described.TryGetProperty("online", out var online) && online.GetArrayLength() == Nodes.Count,
            Patience,
            async () => $"{queue} is not on all nodes: {await QueueAsync(virtualHost, queue)}");

    /// <summary>Ends its nodes, the first one last: the others are registered with it.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Nodes.Skip(1).Select(node => node.DisposeAsync().AsTask()));
        await First.DisposeAsync();
    }

    // How many connections to a virtual host each node has, by the node's name.
    private async Task<Dictionary<string, int>?> ConnectionsAsync(RabbitMqVirtualHost virtualHost)
    {
        var connections = await AskAsync($"api/vhosts/{virtualHost.Name}/connections");
        return connections?.EnumerateArray().Select(connection => connection.TryGetProperty("node", out var node) ? node.GetString() : null).OfType<string>()
            .CountBy(node => node).ToDictionary(node => node.Key, node => node.Value, StringComparer.Ordinal);
    }

    private Task<JsonElement?> QueueAsync(RabbitMqVirtualHost virtualHost, string queue) =>
        AskAsync($"api/queues/{virtualHost.Name}/{queue}");

    // Whichever node answers; null while none does, as in the moments after one of them was lost.
    private async Task<JsonElement?> AskAsync(string path)
    {
        foreach (var node in Nodes)
        {
            try
            {
                return await node.AskAsync(path);
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                // The next one is asked.
            }
        }

        return null;
    }
}
