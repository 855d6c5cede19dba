namespace Pipeline.Catalog;

/// <summary>How far a comparison of a collection's stored neighbour lists with the index has come.</summary>
public sealed record NeighbourRepair
{
    /// <summary>The command that it was begun by.</summary>
    public required Guid Id { get; init; }

    /// <summary>Behind which image the next turn begins; null for the first.</summary>
    public string? Cursor { get; init; }

    /// <summary>Whether the last image was looked at.</summary>
    public bool Finished { get; init; }

    /// <summary>Lists compared so far.</summary>
    public long Lists { get; init; }

    /// <summary>Lists that were not exact, and have been mended.</summary>
    public long Mended { get; init; }

    /// <summary>When it last got on.</summary>
    public DateTimeOffset AdvancedAt { get; init; }

    /// <summary>The share of lists that were not exact, 0 to 1.</summary>
    public double Drift => Lists == 0 ? 0 : Math.Min(1, (double)Mended / Lists);
}
