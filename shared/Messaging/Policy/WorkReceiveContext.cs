using MassTransit;
using Pipeline.Messaging.Publishing;

namespace Pipeline.Messaging.Policy;

/// <summary>
/// A delivery on a work endpoint. A failed attempt is not yet a fault: the policy decides what it is, and logs it once,
/// where the bus would log every attempt as an error.
/// </summary>
internal sealed class WorkReceiveContext(ReceiveContext context, PublishResilience resilience) : ResilientReceiveContext(context, resilience), ReceiveContext
{
    Task ReceiveContext.NotifyFaulted<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception) => Task.CompletedTask;
}
