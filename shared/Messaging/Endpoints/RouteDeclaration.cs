using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace Pipeline.Messaging.Endpoints;

/// <summary>
/// Declares what the process's endpoints and routes need on the broker, one channel at a time: RabbitMQ 3.10 may leave a declaration
/// of a quorum queue unanswered that meets another one of the same queue. The routes are the same for all channels of a connection,
/// so the first one declares them for all.
/// </summary>
internal sealed class RouteDeclaration(IOptions<MessagingOptions> options, IEnumerable<EventRoute> routes) : IDisposable
{
    private readonly EventRoute[] _routes = [.. routes];
    private readonly SemaphoreSlim _turn = new(1);
    private readonly ConditionalWeakTable<IConnection, object> _declared = [];

    /// <summary>Whether there is anything to declare without an endpoint.</summary>
    public bool IsNeeded => options.Value.Transport == MessagingTransport.RabbitMq && _routes.Length > 0;

    /// <summary>Declares an endpoint's satellites, and the routes if this connection has not declared them yet.</summary>
    /// <param name="connection">The channel's connection.</param>
    /// <param name="channel">A channel of nobody else.</param>
    /// <param name="endpoint">The endpoint's name; null where there is only publishing.</param>
    /// <param name="ct">Cancels.</param>
    public async Task DeclareAsync(IConnection connection, IChannel channel, string? endpoint, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            if (endpoint is not null)
            {
                await RabbitMqTopology.DeclareSatellitesAsync(channel, endpoint, options.Value.DeliveryLimit, ct);
            }

            if (!_declared.TryGetValue(connection, out _))
            {
                await RabbitMqTopology.DeclareRoutesAsync(channel, _routes, options.Value, ct);
                _declared.Add(connection, connection);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}
