namespace Pipeline.Contracts.Events;

/// <summary>Nothing is left of the collection. No <see cref="ImageDeleted"/> is published of its images.</summary>
public sealed record CollectionDeleted
{
    /// <summary>Version of this shape; 1.</summary>
    public int SchemaVersion { get; init; } = SchemaVersions.Current;

    /// <summary>The collection.</summary>
    public required string Collection { get; init; }

    /// <summary>Images that it had.</summary>
    public required long Images { get; init; }

    /// <summary>The deletion's id.</summary>
    public required Guid CorrelationId { get; init; }
}
