namespace Pipeline.Contracts.Events;

/// <summary>
/// A rebuild went through all that the blob store holds of a collection. Images that were restored are on their way through the stages again, and
/// <see cref="ImageIndexed"/> tells of each.
/// </summary>
public sealed record CollectionRebuilt
{
    /// <summary>Version of this shape; 1.</summary>
    public int SchemaVersion { get; init; } = SchemaVersions.Current;

    /// <summary>The collection.</summary>
    public required string Collection { get; init; }

    /// <summary>Images of which the blob store knows.</summary>
    public required long Images { get; init; }

    /// <summary>Images whose record was lost and is restored.</summary>
    public required long Restored { get; init; }

    /// <summary>Images whose points in the index were lost and are restored.</summary>
    public required long Reindexed { get; init; }

    /// <summary>Images that cannot be restored: their manifest is damaged.</summary>
    public required long Damaged { get; init; }

    /// <summary>The rebuild's id.</summary>
    public required Guid CorrelationId { get; init; }
}
