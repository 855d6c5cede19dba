using MassTransit;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;

namespace Pipeline.Upload;

/// <summary>
/// Records refused uploads in the catalog: those this service refused, and those whose event was too malformed to reach it.
/// </summary>
public sealed class UploadRejectedConsumer(UploadCatalog uploads, CollectionCatalog collections) : IConsumer<ImageRejected>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<ImageRejected> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var rejected = context.Message;
        if (rejected is { Stage: Stages.Upload, UploadId: not null })
        {
            var exists = await collections.GetAsync(rejected.Collection, context.CancellationToken) is not null;
            await uploads.RejectAsync(rejected, exists, context.CancellationToken);
        }
    }
}

/// <summary>Policy of the endpoint <c>upload-rejections</c>.</summary>
public sealed class UploadRejectedConsumerDefinition() : PipelineConsumerDefinition<UploadRejectedConsumer>("upload-rejections", stage: Stages.Upload);
