namespace Pipeline.Contracts.Commands;

/// <summary>
/// Delete a collection with everything that belongs to it alone. From the command on it does not exist to anybody; its traces are removed
/// in the background, and <see cref="Events.CollectionDeleted"/> tells when they are gone and the name can be used anew. Deleting what is
/// not there succeeds.
/// </summary>
public sealed record DeleteCollection
{
    /// <summary>Version of this shape; 1.</summary>
    public int SchemaVersion { get; init; } = SchemaVersions.Current;

    /// <summary>The collection.</summary>
    public required string Collection { get; init; }

    /// <summary>Names the deletion.</summary>
    public Guid CorrelationId { get; init; }
}
