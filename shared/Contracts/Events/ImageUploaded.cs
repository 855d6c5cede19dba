namespace Pipeline.Contracts.Events;

/// <summary>
/// An upload, published by other systems (plain JSON or a MassTransit envelope) or by the Gateway; where the pipeline begins.
/// </summary>
public sealed record ImageUploaded
{
    /// <summary>Version of this shape; 1.</summary>
    public int SchemaVersion { get; init; } = SchemaVersions.Current;

    /// <summary>
    /// Names the upload, chosen by the publisher, for following it before the image's id is known. Without one the
    /// pipeline derives it from the message's id.
    /// </summary>
    public Guid? UploadId { get; init; }

    /// <summary>The collection to put the image in.</summary>
    public required string Collection { get; init; }

    /// <summary>The tenant within the collection.</summary>
    public string Tenant { get; init; } = Tenants.Default;

    /// <summary>The publisher's own name for the image; several uploads of the same bytes gather several.</summary>
    public string? ExternalId { get; init; }

    /// <summary>Where the bytes are.</summary>
    public required ImageSource Source { get; init; }

    /// <summary>Labels for filtering, and for learning where there are any.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>
    /// When the picture was taken, say, if that is to count: where the collection's images are deleted by age, it is measured from here, and
    /// from the upload where this is null.
    /// </summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>Live or bulk.</summary>
    public TrafficClass Traffic { get; init; } = TrafficClass.Live;
}
