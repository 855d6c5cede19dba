using MassTransit;
using RabbitMQ.Client;

namespace Pipeline.Messaging.Endpoints;

/// <summary>
/// The queues on RabbitMQ. A work endpoint <c>q</c> has the quorum queue <c>q</c>; <c>q_retry</c>, where messages rest
/// until their time to live is over; <c>q_quarantine</c>, for messages that kill their worker; and MassTransit's
/// <c>q_error</c> and <c>q_skipped</c>.
/// </summary>
internal static class RabbitMqTopology
{
    private const string Quorum = "quorum";
    private static readonly TimeSpan InteractiveRest = TimeSpan.FromMinutes(1);

    /// <summary>Declares the queue as a work queue, and its satellites whenever the endpoint connects.</summary>
    public static void ConfigureWork(IRabbitMqReceiveEndpointConfigurator endpoint, string name, MessagingOptions options, RouteDeclaration routes)
    {
        endpoint.Durable = true;
        foreach (var (argument, value) in WorkQueue(name, options.DeliveryLimit))
        {
            endpoint.SetQueueArgument(argument, value);
        }

        endpoint.ConfigureChannel(pipe => pipe.UseExecuteAsync(channel =>
            routes.DeclareAsync(channel.ConnectionContext.Connection, channel.Channel, name, channel.CancellationToken)));
    }

    /// <summary>
    /// A queue whose messages expire with the asker's patience, and which goes when its workers have been gone for a minute. Nothing
    /// in it is meant to last, but a queue of one node's own would be gone with that node until the node comes back, and with it
    /// all answers.
    /// </summary>
    public static void ConfigureInteractive(IRabbitMqReceiveEndpointConfigurator endpoint, MessagingOptions options)
    {
        endpoint.Durable = true;
        endpoint.Exclusive = false;
        // With an expiration this is the exchange's alone; the queue of a cluster cannot delete itself.
        endpoint.AutoDelete = true;
        endpoint.QueueExpiration = InteractiveRest;
        endpoint.SetQueueArgument("x-queue-type", Quorum);
        endpoint.SetQueueArgument("x-message-ttl", (int)options.RequestTimeout.TotalMilliseconds);
    }

    /// <summary>Declares the queues that <paramref name="routes"/> lead to, so that an event published before they had a worker waits there.</summary>
    public static async Task DeclareRoutesAsync(IChannel channel, IReadOnlyCollection<EventRoute> routes, MessagingOptions options, CancellationToken cancellationToken)
    {
        foreach (var endpoint in routes.Select(route => route.Endpoint).Distinct(StringComparer.Ordinal))
        {
            await DeclareSatellitesAsync(channel, endpoint, options.DeliveryLimit, cancellationToken);
            await channel.ExchangeDeclareAsync(endpoint, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
            await channel.QueueDeclareAsync(endpoint, true, false, false, WorkQueue(endpoint, options.DeliveryLimit), cancellationToken: cancellationToken);
            await channel.QueueBindAsync(endpoint, endpoint, "", cancellationToken: cancellationToken);
        }

        foreach (var route in routes)
        {
            var exchange = ExchangeOf(route.Event);
            await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
            await channel.ExchangeBindAsync(route.Endpoint, exchange, "", cancellationToken: cancellationToken);
        }
    }

    /// <summary>Declares the queues beside an endpoint's own.</summary>
    public static async Task DeclareSatellitesAsync(IChannel channel, string name, int deliveryLimit, CancellationToken cancellationToken)
    {
        var quarantine = name + EndpointSettings.QuarantineSuffix;
        await channel.ExchangeDeclareAsync(quarantine, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
        await channel.QueueDeclareAsync(
            quarantine, true, false, false, new Dictionary<string, object?> { ["x-queue-type"] = Quorum }, cancellationToken: cancellationToken);
        await channel.QueueBindAsync(quarantine, quarantine, "", cancellationToken: cancellationToken);

        var retry = name + EndpointSettings.RetrySuffix;
        await channel.ExchangeDeclareAsync(retry, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
        await channel.QueueDeclareAsync(retry, true, false, false, DeadLettering(name), cancellationToken: cancellationToken);
        await channel.QueueBindAsync(retry, retry, "", cancellationToken: cancellationToken);

        // As MassTransit declares it at the first error: with the endpoint's own arguments. Who looks how many failures wait finds
        // it from the beginning; asking for a queue that is not there costs a channel and two lines of the broker's log.
        var error = name + EndpointSettings.ErrorSuffix;
        await channel.ExchangeDeclareAsync(error, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
        await channel.QueueDeclareAsync(error, true, false, false, WorkQueue(name, deliveryLimit), cancellationToken: cancellationToken);
        await channel.QueueBindAsync(error, error, "", cancellationToken: cancellationToken);
    }

    // The pause is the message's own time to live, not the queue's: it can be configured anew without a new queue.
    private static Dictionary<string, object?> WorkQueue(string name, int deliveryLimit)
    {
        var arguments = DeadLettering(name + EndpointSettings.QuarantineSuffix);
        arguments["x-delivery-limit"] = deliveryLimit;
        return arguments;
    }

    // By the target's own exchange: who may dead-letter by the default one may write to every queue of the broker.
    // At-least-once: a message leaves this queue only when the next one has it. It requires reject-publish, which
    // changes nothing where no length limit is set.
    private static Dictionary<string, object?> DeadLettering(string target) => new()
    {
        ["x-queue-type"] = Quorum,
        ["x-dead-letter-exchange"] = target,
        ["x-dead-letter-strategy"] = "at-least-once",
        ["x-overflow"] = "reject-publish",
    };

    private static string ExchangeOf(Type message) => $"{message.Namespace}:{message.Name}";
}
