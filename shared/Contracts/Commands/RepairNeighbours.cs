namespace Pipeline.Contracts.Commands;

/// <summary>
/// Compare every image's stored neighbours with the index, mend what differs, and tell how much did. It is done in turns: each
/// publishes the same command again until the last image was looked at, and a repair that broke off goes on where it was.
/// </summary>
public sealed record RepairNeighbours
{
    /// <summary>Version of this shape; 1.</summary>
    public int SchemaVersion { get; init; } = SchemaVersions.Current;

    /// <summary>The collection.</summary>
    public required string Collection { get; init; }

    /// <summary>Names the repair, and follows it through services and logs. While one is under way, a command of another name is dropped.</summary>
    public Guid CorrelationId { get; init; }
}
