namespace Pipeline.Contracts.Events;

/// <summary>
/// How far a generation of a collection is. Told at most once a second and at each change of state; one that is lost is not told again.
/// </summary>
public sealed record ReindexProgressed
{
    /// <summary>Version of this shape; 1.</summary>
    public int SchemaVersion { get; init; } = SchemaVersions.Current;

    /// <summary>The collection.</summary>
    public required string Collection { get; init; }

    /// <summary>Number of the generation; that of the one in the way where a command was refused, 0 if there is none.</summary>
    public required int Generation { get; init; }

    /// <summary>A name of <see cref="GenerationStates"/>.</summary>
    public required string State { get; init; }

    /// <summary>Images that are in its index.</summary>
    public long Done { get; init; }

    /// <summary>Images that are to be.</summary>
    public long Total { get; init; }

    /// <summary>Images a second; 0 while nothing is known.</summary>
    public double ImagesPerSecond { get; init; }

    /// <summary>Seconds that are left at this rate; null while nothing is known.</summary>
    public double? SecondsLeft { get; init; }

    /// <summary>Why it was begun, given up, refused, or failed; for people.</summary>
    public string? Reason { get; init; }

    /// <summary>The command or event that the generation, or its end, came by.</summary>
    public Guid CorrelationId { get; init; }
}
