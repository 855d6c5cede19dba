namespace Pipeline.Contracts.Events;

/// <summary>A permanent error at one stage. It is never retried.</summary>
public sealed record ImageRejected
{
    /// <summary>Version of this shape; 1.</summary>
    public int SchemaVersion { get; init; } = SchemaVersions.Current;

    /// <summary>The collection as the upload named it, even if it is no valid name; empty if it named none.</summary>
    public required string Collection { get; init; }

    /// <summary>The tenant as the upload named it.</summary>
    public string Tenant { get; init; } = Tenants.Default;

    /// <summary>The image, or null where the upload failed before its bytes were known.</summary>
    public Guid? ImageId { get; init; }

    /// <summary>The upload, where the rejection is the upload's.</summary>
    public Guid? UploadId { get; init; }

    /// <summary>Follows one upload through all services and logs.</summary>
    public Guid CorrelationId { get; init; }

    /// <summary>Which life of the image this is about.</summary>
    public int Incarnation { get; init; } = 1;

    /// <summary>The stage that rejected, of <see cref="Stages"/>.</summary>
    public required string Stage { get; init; }

    /// <summary>A stable code of <see cref="RejectionReasons"/>.</summary>
    public required string Reason { get; init; }

    /// <summary>For people: what was wrong. Not stable.</summary>
    public string Detail { get; init; } = "";
}
