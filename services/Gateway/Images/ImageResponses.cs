using Pipeline.Catalog;
using Pipeline.Contracts;

namespace Pipeline.Gateway.Images;

/// <summary>Answer to an upload.</summary>
/// <param name="Id">Follow the image under this id: the image's, or the upload's where the bytes are still to be fetched.</param>
/// <param name="UploadId">The upload's id.</param>
/// <param name="ImageId">The image's id, where it is known already.</param>
/// <param name="StatusUrl">Where the status is.</param>
public sealed record UploadResponse(Guid Id, Guid UploadId, Guid? ImageId, string StatusUrl);

/// <summary>An image's status.</summary>
public sealed record ImageResponse
{
    /// <summary>The image, or the upload while there is no image.</summary>
    public required Guid Id { get; init; }

    /// <summary>The collection.</summary>
    public required string Collection { get; init; }

    /// <summary>The tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary><c>received</c>, <c>processing</c>, <c>indexed</c>, <c>rejected</c> or <c>deleting</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Indexed without the output of a stage that rejected the image.</summary>
    public bool Partial { get; init; }

    /// <summary>Each stage's status.</summary>
    public required IReadOnlyDictionary<string, StageResponse> Stages { get; init; }

    /// <summary>Why the image was rejected, a stable code.</summary>
    public string? RejectionReason { get; init; }

    /// <summary>Why the image was rejected, for people.</summary>
    public string? RejectionDetail { get; init; }

    /// <summary>The names its publishers gave it.</summary>
    public IReadOnlyList<string> ExternalIds { get; init; } = [];

    /// <summary>Its labels.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Format by content.</summary>
    public string? Format { get; init; }

    /// <summary>Width in pixels.</summary>
    public int? Width { get; init; }

    /// <summary>Height in pixels.</summary>
    public int? Height { get; init; }

    /// <summary>Size in bytes.</summary>
    public long? Bytes { get; init; }

    /// <summary>When it was accepted or rejected, UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its status last changed, UTC.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The status of an image of the catalog.</summary>
    public static ImageResponse Of(ImageRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var fetched = record.ContentHash.Length > 0;
        var stages = new Dictionary<string, StageResponse>
        {
            [Contracts.Stages.Upload] = fetched
                ? new(StageResponse.Done)
                : new(StageResponse.Rejected, Reason: record.RejectionReason, Detail: record.RejectionDetail),
        };
        foreach (var stage in (string[])[Contracts.Stages.Sift, Contracts.Stages.Cnn, Contracts.Stages.Hash])
        {
            // Of a second encoder's code it is known only by the collection which of the two serves; the later one does, or will soon.
            var latest = stage == Contracts.Stages.Hash && record.Stages.ContainsKey(Contracts.Stages.NextHash) ? Contracts.Stages.NextHash : stage;
            stages[stage] = record.Stages.TryGetValue(latest, out var outcome)
                ? new(outcome.Done ? StageResponse.Done : StageResponse.Rejected, outcome.Version, outcome.Reason, outcome.Detail, outcome.At)
                : new(fetched ? StageResponse.Pending : StageResponse.Skipped);
        }

        stages[Contracts.Stages.Index] = new(record.Status switch
        {
            ImageStatus.Indexed => StageResponse.Done,
            ImageStatus.Processing => StageResponse.Pending,
            _ => StageResponse.Skipped,
        });
        return new ImageResponse
        {
            Id = record.ImageId,
            Collection = record.Collection,
            Tenant = record.Tenant,
            Status = record.Status.ToString().ToLowerInvariant(),
            Partial = record.Status == ImageStatus.Indexed && record.Stages.Values.Any(s => !s.Done),
            Stages = stages,
            RejectionReason = record.RejectionReason,
            RejectionDetail = record.RejectionDetail,
            ExternalIds = record.ExternalIds,
            Labels = record.Labels,
            Format = fetched ? record.Format : null,
            Width = fetched ? record.Width : null,
            Height = fetched ? record.Height : null,
            Bytes = fetched ? record.Bytes : null,
            CreatedAt = record.CreatedAt,
            UpdatedAt = record.UpdatedAt,
        };
    }

    /// <summary>The status of an upload that is no image (yet).</summary>
    public static ImageResponse Of(UploadRecord upload)
    {
        ArgumentNullException.ThrowIfNull(upload);
        var rejected = upload.Status == UploadStatus.Rejected;
        return new ImageResponse
        {
            Id = upload.ImageId ?? upload.UploadId,
            Collection = upload.Collection,
            Tenant = upload.Tenant,
            Status = upload.Status.ToString().ToLowerInvariant(),
            Stages = new Dictionary<string, StageResponse>
            {
                [Contracts.Stages.Upload] = rejected
                    ? new(StageResponse.Rejected, Reason: upload.Reason, Detail: upload.Detail, At: upload.UpdatedAt)
                    : new(StageResponse.Pending),
            },
            RejectionReason = upload.Reason,
            RejectionDetail = upload.Detail,
            CreatedAt = upload.UpdatedAt,
            UpdatedAt = upload.UpdatedAt,
        };
    }
}

/// <summary>One stage's status.</summary>
/// <param name="State"><c>pending</c>, <c>done</c>, <c>rejected</c> or <c>skipped</c>.</param>
/// <param name="Version">The artifact or settings that made the output.</param>
/// <param name="Reason">Why the stage rejected, a stable code of <see cref="RejectionReasons"/>.</param>
/// <param name="Detail">Why the stage rejected, for people.</param>
/// <param name="At">When, UTC.</param>
public sealed record StageResponse(string State, string? Version = null, string? Reason = null, string? Detail = null, DateTimeOffset? At = null)
{
    internal const string Pending = "pending";
    internal const string Done = "done";
    internal const string Rejected = "rejected";
    internal const string Skipped = "skipped";
}

/// <summary>A page of images.</summary>
/// <param name="Images">The images, latest first.</param>
/// <param name="Total">How many there are in all with this status.</param>
/// <param name="NextCursor">Give it as <c>cursor</c> for the next page; null at the end.</param>
public sealed record ImageListResponse(IReadOnlyList<ImageResponse> Images, long Total, string? NextCursor);
