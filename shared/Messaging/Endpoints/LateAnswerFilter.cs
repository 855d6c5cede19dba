using MassTransit;
using MassTransit.RabbitMqTransport;

namespace Pipeline.Messaging.Endpoints;

/// <summary>
/// Lets an endpoint connect anew when the broker left a question unanswered for too long. The client library cancels such a
/// question, and the bus takes a cancellation for the end of its process: the endpoint would never receive again, and say nothing.
/// </summary>
internal sealed class LateAnswerFilter : IFilter<ChannelContext>
{
    public async Task Send(ChannelContext context, IPipe<ChannelContext> next)
    {
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
