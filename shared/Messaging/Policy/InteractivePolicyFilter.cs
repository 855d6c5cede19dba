using System.Diagnostics;
using MassTransit;
using Pipeline.Messaging.Diagnostics;
using Pipeline.Messaging.Endpoints;
using Pipeline.Messaging.Publishing;

namespace Pipeline.Messaging.Policy;

/// <summary>An interactive endpoint tries once; its asker decides about another try. Here it is only measured.</summary>
internal sealed class InteractivePolicyFilter(EndpointSettings endpoint, PublishResilience resilience, MessagingMetrics metrics) : IFilter<ReceiveContext>
{
    public void Probe(ProbeContext context) => context.CreateFilterScope("interactivePolicy");

    public async Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
    {
        var started = Stopwatch.GetTimestamp();
        var outcome = Outcomes.Failed;
        metrics.Started(endpoint.Name, endpoint.Stage);
        try
        {
            await next.Send(new ResilientReceiveContext(context, resilience));
            outcome = context.IsFaulted ? Outcomes.Failed : Outcomes.Done;
        }
        finally
        {
            metrics.Finished(endpoint.Name, endpoint.Stage, outcome, Stopwatch.GetElapsedTime(started));
        }
    }
}
