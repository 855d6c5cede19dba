namespace Pipeline.Contracts.Commands;

/// <summary>
/// Let a collection's previous model serve again; while a model is about to serve, give that one up instead. Delivered twice, it is done
/// once.
/// </summary>
public sealed record RollbackModel
{
    /// <summary>Version of this shape; 1.</summary>
    public int SchemaVersion { get; init; } = SchemaVersions.Current;

    /// <summary>The collection.</summary>
    public required string Collection { get; init; }

    /// <summary>
    /// The model to give up, the one that serves or is about to: the command does nothing if it is neither by then. Null for whichever
    /// is the latest.
    /// </summary>
    public string? ModelVersion { get; init; }

    /// <summary>Names this change of the model: one that is known already is not begun again.</summary>
    public required Guid CorrelationId { get; init; }
}
