using MassTransit;
using MassTransit.RabbitMqTransport;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using PublishException = RabbitMQ.Client.Exceptions.PublishException;

namespace Pipeline.Messaging.Publishing;

/// <summary>
/// Gives up a connection on which the broker goes on refusing messages, so that they travel over a new one. A channel of RabbitMQ before 3.11
/// asks, at its first message to a replicated queue, the one node that it takes for the queue's leader: one opened between a node's death and the
/// election asks the dead node, and refuses everything until that is back. No queue here has a length limit, so nothing is refused as a rule.
/// </summary>
internal sealed class RefusingConnection(TimeProvider time, ILogger<RefusingConnection> logger)
    : IPublishObserver, ISendObserver, IFilter<ChannelContext>
{
    /// <summary>An election is over by then: what is refused still will be refused on.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Refusals so far apart have nothing to do with each other, and a connection lives at least that long.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private IConnection? _connection;
    private long? _first;
    private long _last;

    // All channels of a bus, those that it sends by too, are on one connection.
    public Task Send(ChannelContext context, IPipe<ChannelContext> next)
    {
        lock (_lock)
        {
            if (!ReferenceEquals(_connection, context.ConnectionContext.Connection))
            {
                (_connection, _first) = (context.ConnectionContext.Connection, null);
            }
        }

        return next.Send(context);
    }

    public Task PublishFault<T>(PublishContext<T> context, Exception exception)
        where T : class => FaultAsync(context.DestinationAddress, exception);

    public Task SendFault<T>(SendContext<T> context, Exception exception)
        where T : class => FaultAsync(context.DestinationAddress, exception);

    public Task PrePublish<T>(PublishContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PostPublish<T>(PublishContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PreSend<T>(SendContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PostSend<T>(SendContext<T> context)
        where T : class => Task.CompletedTask;

    public void Probe(ProbeContext context) => context.CreateFilterScope("refusingConnection");

    private async Task FaultAsync(Uri? destination, Exception exception)
    {
        // A returned message found no queue, on whichever connection.
        if (exception is PublishException { IsReturn: false } && Refused() is { } connection)
        {
            logger.ConnectionRefuses(destination, Patience);
            await connection.AbortAsync(Constants.ConnectionForced, "It refuses what is published.", TimeSpan.FromSeconds(5));
        }
    }

    // The connection, if it has to be given up.
    private IConnection? Refused()
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (_first is null || time.GetElapsedTime(_last, now) > Rest)
            {
                _first = now;
            }

            _last = now;
            if (_connection is null || time.GetElapsedTime(_first.Value, now) < Patience)
            {
                return null;
            }

            var refusing = _connection;
            _connection = null;
            return refusing;
        }
    }
}
