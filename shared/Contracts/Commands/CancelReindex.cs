namespace Pipeline.Contracts.Commands;

/// <summary>Give up the generation that is being filled; the one that serves goes on serving. Done twice it is done once.</summary>
public sealed record CancelReindex
{
    /// <summary>Version of this shape; 1.</summary>
    public int SchemaVersion { get; init; } = SchemaVersions.Current;

    /// <summary>The collection.</summary>
    public required string Collection { get; init; }

    /// <summary>Number of the generation to give up: the command does nothing if it is not being filled by then. Null for whichever is.</summary>
    public int? Generation { get; init; }

    /// <summary>Why, for people.</summary>
    public string? Reason { get; init; }

    /// <summary>Names the command, and follows it through services and logs.</summary>
    public Guid CorrelationId { get; init; }
}
