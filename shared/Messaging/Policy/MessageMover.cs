using System.Globalization;
using System.Net.Mime;
using MassTransit;
using MassTransit.Serialization;

namespace Pipeline.Messaging.Policy;

/// <summary>Sends a received message on, byte for byte, to another queue of its endpoint.</summary>
internal static class MessageMover
{
    /// <summary>Header that counts how often a message came back from the retry queue.</summary>
    public const string RedeliveryHeader = "pipeline-redeliveries";

    private static readonly ContentType RawJson = new("application/json");

    /// <summary>How often the message came back. One that an operator took out of the error queue starts anew.</summary>
    public static int Redeliveries(ReceiveContext context) =>
        !context.TransportHeaders.TryGetHeader(MessageHeaders.FaultTimestamp, out _)
        && context.TransportHeaders.TryGetHeader(RedeliveryHeader, out var value)
        && int.TryParse(Convert.ToString(value, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture, out var count)
            ? count
            : 0;

    /// <summary>Returns when the broker has confirmed the message, so that the original may be acknowledged.</summary>
    /// <param name="context">The delivery; its sends are resilient.</param>
    /// <param name="address">Where to.</param>
    /// <param name="redeliveries">The count the message carries on.</param>
    /// <param name="configure">What else the message needs.</param>
    public static async Task MoveAsync(ReceiveContext context, Uri address, int redeliveries, Action<SendContext> configure)
    {
        // An upload is named after its message's id, which a plain publisher may have chosen freely and which is lost here.
        var upload = UploadIdentity.Derive(context);
        var endpoint = await context.SendEndpointProvider.GetSendEndpoint(address);
        await endpoint.Send(
            new SerializedMessageBody(),
            Pipe.Execute<SendContext<SerializedMessageBody>>(send =>
            {
                send.Serializer = new CopyBodySerializer(context.ContentType ?? RawJson, context.Body);
                send.Headers.Set(UploadIdentity.Header, upload.ToString("D"));
                send.Headers.Set(RedeliveryHeader, redeliveries);
                if (send.TryGetPayload<RabbitMqSendContext>(out var rabbit))
                {
                    rabbit.Mandatory = true;
                }

                configure(send);
            }),
            context.CancellationToken);
    }
}
