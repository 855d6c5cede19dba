namespace Pipeline.Contracts.Events;

/// <summary>A hash encoder is in the registry, was found better than the one in use, and is to serve a collection.</summary>
public sealed record EncoderPublished
{
    /// <summary>Version of this shape; 1.</summary>
    public int SchemaVersion { get; init; } = SchemaVersions.Current;

    /// <summary>The collection it was trained on and will serve.</summary>
    public required string Collection { get; init; }

    /// <summary>The encoder artifact.</summary>
    public required string EncoderVersion { get; init; }

    /// <summary>Length of its codes.</summary>
    public required int Bits { get; init; }

    /// <summary>Follows the training through services and logs.</summary>
    public Guid CorrelationId { get; init; }
}
