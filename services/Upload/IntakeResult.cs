using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;

namespace Pipeline.Upload;

/// <summary>What an upload came to: exactly one of the members is set.</summary>
/// <param name="Record">The image's record, if the upload was accepted.</param>
/// <param name="Rejected">The event to publish, if it was refused for good.</param>
public sealed record IntakeResult(ImageRecord? Record, ImageRejected? Rejected)
{
    /// <summary>The upload is an image.</summary>
    public static IntakeResult Accept(ImageRecord record) => new(record, null);

    /// <summary>The upload is refused.</summary>
    public static IntakeResult Reject(ImageUploaded upload, Guid uploadId, Guid? imageId, Rejection rejection)
    {
        ArgumentNullException.ThrowIfNull(upload);
        ArgumentNullException.ThrowIfNull(rejection);
        return new(null, new ImageRejected
        {
            Collection = upload.Collection ?? "",
            Tenant = upload.Tenant ?? Tenants.Default,
            ImageId = imageId,
            UploadId = uploadId,
            CorrelationId = uploadId,
            Stage = Stages.Upload,
            Reason = rejection.Reason,
            Detail = rejection.Detail,
        });
    }
}
