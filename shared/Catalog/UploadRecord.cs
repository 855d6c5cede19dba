using Pipeline.Contracts;
using Pipeline.Contracts.Events;

namespace Pipeline.Catalog;

/// <summary>
/// What the catalog knows of one upload. It is written before the event is published, so an upload that was
/// answered with 202 survives even a bus that forgets.
/// </summary>
public sealed record UploadRecord
{
    /// <summary>The upload's id.</summary>
    public required Guid UploadId { get; init; }

    /// <summary>What became of it.</summary>
    public required UploadStatus Status { get; init; }

    /// <summary>The event, kept while it is not yet handled, for publishing it again after a crash.</summary>
    public ImageUploaded? Event { get; init; }

    /// <summary>The collection as the upload named it.</summary>
    public string Collection { get; init; } = "";

    /// <summary>The tenant as the upload named it.</summary>
    public string Tenant { get; init; } = Tenants.Default;

    /// <summary>The image it became, once known.</summary>
    public Guid? ImageId { get; init; }

    /// <summary>Why it was rejected, a stable code.</summary>
    public string? Reason { get; init; }

    /// <summary>Why it was rejected, for people.</summary>
    public string? Detail { get; init; }

    /// <summary>When the record last changed, UTC.</summary>
    public DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>What became of an upload.</summary>
public enum UploadStatus
{
    /// <summary>Published, not handled yet.</summary>
    Received,

    /// <summary>Its bytes became an image of the catalog.</summary>
    Accepted,

    /// <summary>Refused for good.</summary>
    Rejected,
}
