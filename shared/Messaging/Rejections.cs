using MassTransit;
using Microsoft.Extensions.Logging;
using Pipeline.Contracts.Events;
using Pipeline.Messaging.Diagnostics;

namespace Pipeline.Messaging;

/// <summary>Counts and logs rejections, whoever made them: the policy of an endpoint, or a consumer that answers by itself.</summary>
public sealed class Rejections(MessagingMetrics metrics, ILogger<Rejections> logger)
{
    /// <summary>Notes a rejection that has been published.</summary>
    /// <param name="context">The delivery that was rejected.</param>
    /// <param name="rejected">What was said about it.</param>
    public void Note(ReceiveContext context, ImageRejected rejected)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(rejected);
        metrics.Rejected(context.InputAddress.Segments[^1], rejected.Stage, rejected.Reason);
        logger.Rejected(rejected.Stage, rejected.Reason, rejected.Detail, rejected.Collection, rejected.ImageId, rejected.UploadId, rejected.CorrelationId);
    }
}
