namespace Pipeline.Contracts.Commands;

/// <summary>
/// Restore a collection's catalog and index from what the blob store holds: its records where they are lost, and the points of its images where the
/// index lost them. What is there stays as it is, so it may be sent for a collection that is in use. Sent again with its id it goes on.
/// </summary>
public sealed record RebuildCollection
{
    /// <summary>Version of this shape; 1.</summary>
    public int SchemaVersion { get; init; } = SchemaVersions.Current;

    /// <summary>The collection.</summary>
    public required string Collection { get; init; }

    /// <summary>Names the rebuild.</summary>
    public Guid CorrelationId { get; init; }
}
