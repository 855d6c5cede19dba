using System.Diagnostics;
using MassTransit;
using MassTransit.Transports;

namespace Pipeline.Messaging.Publishing;

/// <summary>A send endpoint whose every send has a time-out and retries, all under one message id and in the delivery's trace.</summary>
internal sealed class ResilientSendEndpoint(ISendEndpoint endpoint, PublishResilience resilience, Activity? received) : SendEndpointProxy(endpoint), ISendEndpoint
{
    private readonly ISendEndpoint _endpoint = endpoint;

    public override Task Send<T>(T message, CancellationToken cancellationToken) =>
        SendAsync(message, GetPipeProxy<T>(null), cancellationToken);

    public override Task Send<T>(T message, IPipe<SendContext<T>> pipe, CancellationToken cancellationToken) =>
        SendAsync(message, GetPipeProxy(pipe), cancellationToken);

    public override Task Send<T>(T message, IPipe<SendContext> pipe, CancellationToken cancellationToken) =>
        SendAsync(message, GetPipeProxy<T>(pipe), cancellationToken);

    // A retried message keeps its id, so that it can be recognised as the same one.
    protected override IPipe<SendContext<T>> GetPipeProxy<T>(IPipe<SendContext<T>>? pipe = null) => new MessageIdPipe<T>(NewId.NextGuid(), pipe);

    private async Task SendAsync<T>(T message, IPipe<SendContext<T>> pipe, CancellationToken cancellationToken)
        where T : class
    {
        // What is current here is seen by no caller: an asynchronous method's flow is its own.
        if (received is not null && Activity.Current?.TraceId != received.TraceId)
        {
            Activity.Current = received;
        }

        await resilience.ExecuteAsync(typeof(T).Name, token => _endpoint.Send(message, pipe, token), cancellationToken);
    }
}
