using System.Runtime.ExceptionServices;
using MassTransit;

namespace Pipeline.Messaging.Policy;

/// <summary>Takes the place of MassTransit's error handling inside the receive pipe, so that the policy around it decides.</summary>
internal sealed class RethrowFilter : IFilter<ExceptionReceiveContext>
{
    public void Probe(ProbeContext context) => context.CreateFilterScope("rethrow");

    public Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        ExceptionDispatchInfo.Throw(context.Exception);
        return Task.CompletedTask;
    }
}
