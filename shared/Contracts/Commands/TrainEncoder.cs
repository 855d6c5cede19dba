namespace Pipeline.Contracts.Commands;

/// <summary>
/// Train hash encoders on the CNN features that a collection holds, and let the best of them serve the collection if it is better than
/// the encoder that serves. Done once for each <see cref="CorrelationId"/>, however often it is delivered.
/// </summary>
public sealed record TrainEncoder
{
    /// <summary>Version of this shape; 1.</summary>
    public int SchemaVersion { get; init; } = SchemaVersions.Current;

    /// <summary>The collection.</summary>
    public required string Collection { get; init; }

    /// <summary>Length of the codes, a multiple of 8 from 16 to 256; null for that of the codes in use.</summary>
    public int? Bits { get; init; }

    /// <summary>Methods to compare, such as <c>itq</c>; null for those configured.</summary>
    public IReadOnlyList<string>? Methods { get; init; }

    /// <summary>Seed of the training; null for the configured one.</summary>
    public int? Seed { get; init; }

    /// <summary>Follows the training through services and logs.</summary>
    public Guid CorrelationId { get; init; }
}
