using MassTransit;
using MassTransit.DependencyInjection;

namespace Pipeline.Messaging.Publishing;

/// <summary>Publishes through the consume context of the scope where there is one, and through the bus otherwise.</summary>
internal sealed class EventPublisher(
    IBus bus, BusReadiness readiness, PublishResilience resilience, Bind<IBus, IScopedConsumeContextProvider> consumeContext) : IEventPublisher
{
    public async Task PublishAsync<T>(T message, CancellationToken cancellationToken = default)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(message);
        if (consumeContext.Value.HasContext)
        {
            // Resilient already, by its receive context.
            await consumeContext.Value.GetContext().Publish(message, cancellationToken);
            return;
        }

        var id = NewId.NextGuid();
        await resilience.ExecuteAsync(
            typeof(T).Name,
            async token =>
            {
                await readiness.WaitAsync(token);
                await bus.Publish(message, context => context.MessageId = id, token);
            },
            cancellationToken);
    }
}
