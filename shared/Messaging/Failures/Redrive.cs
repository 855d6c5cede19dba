using System.Net.Mime;
using MassTransit;
using MassTransit.Serialization;
using Microsoft.Extensions.Options;
using Pipeline.Messaging.Policy;
using Pipeline.Messaging.Publishing;

namespace Pipeline.Messaging.Failures;

/// <summary>Gives failed messages back to their endpoints, as if they came for the first time.</summary>
internal sealed class Redrive(IBus bus, IOptions<MessagingOptions> options, BusReadiness readiness, PublishResilience resilience)
{
    private static readonly ContentType RawJson = new("application/json");

    public Task SendAsync(FailedMessage message, CancellationToken ct) => resilience.ExecuteAsync(
        nameof(Redrive),
        async token =>
        {
            await readiness.WaitAsync(token);
            // By its exchange: a queue's address would declare the queue, without the arguments it has.
            var scheme = options.Value.Transport == MessagingTransport.RabbitMq ? "exchange" : "queue";
            var endpoint = await bus.GetSendEndpoint(new Uri($"{scheme}:{message.Endpoint}"));
            await endpoint.Send(
                new SerializedMessageBody(),
                Pipe.Execute<SendContext<SerializedMessageBody>>(send =>
                {
                    var type = message.ContentType is { Length: > 0 } known ? new ContentType(known) : RawJson;
                    send.Serializer = new CopyBodySerializer(type, new BytesMessageBody(message.Body));
                    foreach (var (name, value) in message.Headers.Where(header => IsKept(header.Key)))
                    {
                        send.Headers.Set(name, value);
                    }

                    if (send.TryGetPayload<RabbitMqSendContext>(out var rabbit))
                    {
                        rabbit.Mandatory = true;
                    }
                }),
                token);
        },
        ct);

    // What tells of the failure, or counts how often it was tried, would not be true of a new beginning.
    private static bool IsKept(string header) =>
        !header.StartsWith("MT-", StringComparison.Ordinal)
        && !header.StartsWith("x-", StringComparison.Ordinal)
        && header is not (MessageMover.RedeliveryHeader or "Content-Type");
}
