namespace Pipeline.Contracts.Commands;

/// <summary>
/// Let a collection's previous generation serve again at once: it was kept up to date with every upload and deletion since. Done once for each
/// <see cref="CorrelationId"/>, however often it is delivered; refused when no generation is kept any more.
/// </summary>
public sealed record RollbackCollection
{
    /// <summary>Version of this shape; 1.</summary>
    public int SchemaVersion { get; init; } = SchemaVersions.Current;

    /// <summary>The collection.</summary>
    public required string Collection { get; init; }

    /// <summary>Number of the generation to give up: the command does nothing if it does not serve by then. Null for whichever serves.</summary>
    public int? Generation { get; init; }

    /// <summary>Why, for people.</summary>
    public string? Reason { get; init; }

    /// <summary>Names the roll-back, and follows it through services and logs.</summary>
    public Guid CorrelationId { get; init; }
}
