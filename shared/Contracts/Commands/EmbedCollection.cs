namespace Pipeline.Contracts.Commands;

/// <summary>
/// Embed all of a collection's CNN vectors anew by what SIFT sees, round by round: more than the one round that each image gets
/// as it arrives. Delivered twice, it is done twice, with the same result.
/// </summary>
public sealed record EmbedCollection
{
    /// <summary>Version of this shape; 1.</summary>
    public int SchemaVersion { get; init; } = SchemaVersions.Current;

    /// <summary>The collection.</summary>
    public required string Collection { get; init; }

    /// <summary>Follows the sweep through services and logs.</summary>
    public Guid CorrelationId { get; init; }
}
