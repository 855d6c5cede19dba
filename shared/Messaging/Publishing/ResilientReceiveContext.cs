using System.Diagnostics;
using MassTransit;
using MassTransit.Context;

namespace Pipeline.Messaging.Publishing;

/// <summary>
/// A delivery whose publishes, sends and responses are all resilient: consumers use <c>ConsumeContext.Publish</c> and
/// need not know. Conversation, initiator and trace stay those of the delivery, also where a batch consumer works on many.
/// </summary>
internal class ResilientReceiveContext(ReceiveContext context, PublishResilience resilience) : ReceiveContextProxy(context), ReceiveContext
{
    private readonly ReceiveContext _context = context;

    // A batch runs in the flow of one of its messages, and what comes of the others would seem to come of that one.
    private readonly Activity? _received = Activity.Current;

    ISendEndpointProvider ReceiveContext.SendEndpointProvider => new SendProvider(_context.SendEndpointProvider, resilience, _received);

    IPublishEndpointProvider ReceiveContext.PublishEndpointProvider => new PublishProvider(_context.PublishEndpointProvider, resilience, _received);

    private sealed class SendProvider(ISendEndpointProvider provider, PublishResilience resilience, Activity? received) : ISendEndpointProvider
    {
        public ConnectHandle ConnectSendObserver(ISendObserver observer) => provider.ConnectSendObserver(observer);

        public async Task<ISendEndpoint> GetSendEndpoint(Uri address) =>
            new ResilientSendEndpoint(await provider.GetSendEndpoint(address), resilience, received);
    }

    private sealed class PublishProvider(IPublishEndpointProvider provider, PublishResilience resilience, Activity? received) : IPublishEndpointProvider
    {
        public ConnectHandle ConnectPublishObserver(IPublishObserver observer) => provider.ConnectPublishObserver(observer);

        public async Task<ISendEndpoint> GetPublishSendEndpoint<T>()
            where T : class =>
            new ResilientSendEndpoint(await provider.GetPublishSendEndpoint<T>(), resilience, received);
    }
}
