using MassTransit;
using MassTransit.RabbitMqTransport;

namespace Pipeline.Messaging.Endpoints;

/// <summary>
/// Lets an endpoint connect anew when the broker left a question unanswered for too long. The client library cancels such a
/// question, and the bus takes a cancellation for the end of its process: the endpoint would never receive again, and say nothing.
/// </summary>
/// <param name="timeout">How long a question may stay unanswered.</param>
internal sealed class LateAnswerFilter(TimeSpan timeout) : IFilter<ChannelContext>
{
    /// <summary>
    /// How long the first question, for the channel itself, may stay unanswered: this filter comes too late for its cancellation. In
    /// a shorter time missed heartbeats end the connection of a broker that is silent, which the bus mends.
    /// </summary>
    public static readonly TimeSpan ChannelTimeout = TimeSpan.FromMinutes(5);

    public async Task Send(ChannelContext context, IPipe<ChannelContext> next)
    {
        context.Channel.ContinuationTimeout = timeout;
        try
        {
            await next.Send(context);
        }
        catch (OperationCanceledException unanswered) when (!context.CancellationToken.IsCancellationRequested)
        {
            throw new RabbitMqConnectionException("The broker did not answer within Messaging:BrokerTimeout.", unanswered);
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("lateAnswer");
}
