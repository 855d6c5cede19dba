namespace Pipeline.Contracts.Events;

/// <summary>A vocabulary of visual words is in the registry and is to serve a collection.</summary>
public sealed record VocabularyPublished
{
    /// <summary>Version of this shape; 1.</summary>
    public int SchemaVersion { get; init; } = SchemaVersions.Current;

    /// <summary>The collection it was trained on and will serve.</summary>
    public required string Collection { get; init; }

    /// <summary>The vocabulary artifact.</summary>
    public required string VocabularyVersion { get; init; }

    /// <summary>Number of words.</summary>
    public required int Words { get; init; }

    /// <summary>Follows the training through services and logs.</summary>
    public Guid CorrelationId { get; init; }
}
