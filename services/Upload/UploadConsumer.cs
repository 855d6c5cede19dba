using MassTransit;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;

namespace Pipeline.Upload;

/// <summary>Takes uploads in: the pipeline's first stage.</summary>
public sealed class UploadConsumer(ImageIntake intake, Rejections rejections) : IConsumer<ImageUploaded>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<ImageUploaded> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var upload = context.Message;
        var uploadId = upload.UploadId ?? UploadIdentity.Derive(context.ReceiveContext);
        var result = await intake.TakeInAsync(upload, uploadId, context.CancellationToken);
        if (result.Rejected is { } rejected)
        {
            await context.Publish(rejected, context.CancellationToken);
            rejections.Note(context.ReceiveContext, rejected);
        }
        else if (result.Record is { Status: ImageStatus.Processing or ImageStatus.Indexed } record)
        {
            await context.Publish(ImageEvents.Accepted(record), context.CancellationToken);
        }

        await intake.DiscardSourceAsync(upload, result, context.CancellationToken);
    }
}

/// <summary>Policy of the endpoint <c>upload</c>, which takes plain JSON as well as envelopes.</summary>
public sealed class UploadConsumerDefinition() : PipelineConsumerDefinition<UploadConsumer>("upload", stage: Stages.Upload, acceptsRawJson: true, separatesBulk: true);
