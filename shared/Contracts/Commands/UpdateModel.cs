namespace Pipeline.Contracts.Commands;

/// <summary>
/// Update a collection's CNN model by the pairs that were mined in it, and let the new one serve if it passes its gate. Done once for each
/// <see cref="CorrelationId"/>, however often it is delivered.
/// </summary>
public sealed record UpdateModel
{
    /// <summary>Version of this shape; 1.</summary>
    public int SchemaVersion { get; init; } = SchemaVersions.Current;

    /// <summary>The collection.</summary>
    public required string Collection { get; init; }

    /// <summary>What is kept back to judge by and what batches are drawn; null for the configured seed.</summary>
    public int? Seed { get; init; }

    /// <summary>Names the update, and follows it through services and logs.</summary>
    public Guid CorrelationId { get; init; }
}
