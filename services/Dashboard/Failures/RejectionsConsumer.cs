using MassTransit;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;

namespace Pipeline.Dashboard.Failures;

/// <summary>Keeps permanent errors among the failures.</summary>
internal sealed class RejectionsConsumer(FailureCatalog failures, TimeProvider time, IOptions<DashboardOptions> options) : IConsumer<ImageRejected>
{
    private static readonly Guid Namespace = new("b9c1f1ae-4c0e-5d55-8a43-0e9d2f6c7a11");

    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<ImageRejected> context)
    {
        var rejected = context.Message;
        var record = new FailureRecord
        {
            // One that is told again is the same rejection.
            Id = ImageIdentity.CreateVersion5(
                Namespace, $"{rejected.Collection}/{rejected.Tenant}/{rejected.ImageId}/{rejected.UploadId}/{rejected.Incarnation}/{rejected.Stage}/{rejected.Reason}"),
            Kind = FailureKind.Rejection,
            Stage = rejected.Stage,
            Reason = rejected.Reason,
            At = new DateTimeOffset((context.SentTime ?? time.GetUtcNow().UtcDateTime).ToUniversalTime()),
            Detail = rejected.Detail,
            MessageType = nameof(ImageRejected),
            Collection = rejected.Collection,
            ImageId = rejected.ImageId,
            CorrelationId = rejected.CorrelationId,
        };
        await failures.AddAsync(record, body: null, context.CancellationToken);
        await failures.TrimRejectionsAsync(options.Value.KeepRejections, context.CancellationToken);
    }
}

/// <summary>A queue that outlives the process: what is rejected while no dashboard runs is seen later.</summary>
internal sealed class RejectionsConsumerDefinition() : PipelineConsumerDefinition<RejectionsConsumer>("dashboard", stage: "dashboard", concurrency: 2);
