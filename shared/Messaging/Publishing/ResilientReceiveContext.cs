using MassTransit;
using MassTransit.Context;

namespace Pipeline.Messaging.Publishing;

/// <summary>
/// A delivery whose publishes, sends and responses are all resilient: consumers use <c>ConsumeContext.Publish</c> and
/// need not know. Conversation, initiator and trace stay those of the delivery.
/// </summary>
internal class ResilientReceiveContext(ReceiveContext context, PublishResilience resilience) : ReceiveContextProxy(context), ReceiveContext
{
    private readonly ReceiveContext _context = context;

    ISendEndpointProvider ReceiveContext.SendEndpointProvider => new SendProvider(_context.SendEndpointProvider, resilience);

    IPublishEndpointProvider ReceiveContext.PublishEndpointProvider => new PublishProvider(_context.PublishEndpointProvider, resilience);

    private sealed class SendProvider(ISendEndpointProvider provider, PublishResilience resilience) : ISendEndpointProvider
    {
        public ConnectHandle ConnectSendObserver(ISendObserver observer) => provider.ConnectSendObserver(observer);

        public async Task<ISendEndpoint> GetSendEndpoint(Uri address) =>
            new ResilientSendEndpoint(await provider.GetSendEndpoint(address), resilience);
    }

    private sealed class PublishProvider(IPublishEndpointProvider provider, PublishResilience resilience) : IPublishEndpointProvider
    {
        public ConnectHandle ConnectPublishObserver(IPublishObserver observer) => provider.ConnectPublishObserver(observer);

        public async Task<ISendEndpoint> GetPublishSendEndpoint<T>()
            where T : class =>
            new ResilientSendEndpoint(await provider.GetPublishSendEndpoint<T>(), resilience);
    }
}
