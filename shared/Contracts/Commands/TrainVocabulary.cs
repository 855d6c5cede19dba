namespace Pipeline.Contracts.Commands;

/// <summary>
/// Train a vocabulary of visual words on what a collection holds, and let it serve the collection. Done once for each
/// <see cref="CorrelationId"/>, however often it is delivered.
/// </summary>
public sealed record TrainVocabulary
{
    /// <summary>Version of this shape; 1.</summary>
    public int SchemaVersion { get; init; } = SchemaVersions.Current;

    /// <summary>The collection.</summary>
    public required string Collection { get; init; }

    /// <summary>Number of words; null for the configured number.</summary>
    public int? Words { get; init; }

    /// <summary>Seed of the training; null for the configured one.</summary>
    public int? Seed { get; init; }

    /// <summary>Follows the training through services and logs.</summary>
    public Guid CorrelationId { get; init; }
}
