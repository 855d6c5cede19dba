using MassTransit;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Messaging.Endpoints;

namespace Pipeline.Messaging.Policy;

/// <summary>Answers a permanent error with <see cref="ImageRejected"/>.</summary>
internal static class RejectionPublisher
{
    // Details come from exceptions, which may quote a message of any length.
    private const int LongestDetail = 1000;

    public static async Task PublishAsync(
        ReceiveContext context, EndpointSettings endpoint, ErrorClass.Permanent error, MessageFields fields, Rejections rejections)
    {
        var rejected = new ImageRejected
        {
            Collection = fields.Collection ?? "",
            Tenant = fields.Tenant ?? Tenants.Default,
            ImageId = fields.ImageId,
            UploadId = fields.UploadId ?? (fields.ImageId is null ? UploadIdentity.Derive(context, fields) : null),
            CorrelationId = fields.CorrelationId ?? Guid.Empty,
            Incarnation = fields.Incarnation ?? 1,
            Stage = endpoint.Stage,
            Reason = error.Reason,
            Detail = error.Detail.Length <= LongestDetail ? error.Detail : error.Detail[..LongestDetail],
        };
        var publish = await context.PublishEndpointProvider.GetPublishSendEndpoint<ImageRejected>();
        await publish.Send(
            rejected,
            Pipe.Execute<SendContext<ImageRejected>>(send =>
            {
                send.ConversationId = fields.ConversationId ?? send.ConversationId;
                send.CorrelationId = fields.CorrelationId;
                send.SourceAddress = context.InputAddress;
            }),
            context.CancellationToken);
        rejections.Note(context, rejected);
    }
}
