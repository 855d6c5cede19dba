using MassTransit;
using Pipeline.Messaging.Endpoints;

namespace Pipeline.Messaging.Diagnostics;

/// <summary>
/// Measures how long a message waited, from the time of its sending that its envelope tells; plain JSON has none. Each
/// delivery counts once, however often it is retried in process.
/// </summary>
internal sealed class MessageAgeFilter<T>(MessagingMetrics metrics, EndpointCatalog endpoints, TimeProvider time) : IFilter<ConsumeContext<T>>
    where T : class
{
    public void Probe(ProbeContext context) => context.CreateFilterScope("messageAge");

    public Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
    {
        if (context.SentTime is { } sent && !context.ReceiveContext.TryGetPayload<Measured>(out _))
        {
            context.ReceiveContext.GetOrAddPayload(() => Measured.Instance);
            var endpoint = endpoints.ByAddress(context.ReceiveContext.InputAddress);
            metrics.Aged(endpoint.Name, endpoint.Stage, time.GetUtcNow() - new DateTimeOffset(sent.ToUniversalTime()));
        }

        return next.Send(context);
    }

    private sealed class Measured
    {
        public static readonly Measured Instance = new();
    }
}
