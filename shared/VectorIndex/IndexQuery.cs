namespace Pipeline.VectorIndex;

/// <summary>A search in one space.</summary>
public sealed record IndexQuery
{
    /// <summary>Name of the space.</summary>
    public required string Space { get; init; }

    /// <summary>The query, of the space's kind and length.</summary>
    public required VectorValue Vector { get; init; }

    /// <summary>Most hits to return, at least 1.</summary>
    public required int Limit { get; init; }

    /// <summary>Only points that pass; null for all.</summary>
    public PayloadFilter? Filter { get; init; }

    /// <summary>Only these points, for exact re-ranking of candidates; null for all. Unknown ids are passed over.</summary>
    public IReadOnlyCollection<Guid>? Among { get; init; }
}
