using MassTransit;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;

namespace Pipeline.Upload;

/// <summary>
/// Records refused uploads whose event was too malformed to reach the service; those that it refused itself are recorded
/// already, and doing it again changes nothing.
/// </summary>
public sealed class UploadRejectedConsumer(ImageIntake intake) : IConsumer<ImageRejected>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<ImageRejected> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var rejected = context.Message;
        if (rejected is { Stage: Stages.Upload, UploadId: not null })
        {
            await intake.RecordAsync(rejected, context.CancellationToken);
        }
    }
}

/// <summary>Policy of the endpoint <c>upload-rejections</c>.</summary>
public sealed class UploadRejectedConsumerDefinition() : PipelineConsumerDefinition<UploadRejectedConsumer>("upload-rejections", stage: Stages.Upload);
