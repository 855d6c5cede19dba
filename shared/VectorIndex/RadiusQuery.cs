namespace Pipeline.VectorIndex;

/// <summary>A search for all codes within a Hamming distance.</summary>
public sealed record RadiusQuery
{
    /// <summary>Name of the space, one of codes.</summary>
    public required string Space { get; init; }

    /// <summary>The query, of the space's length.</summary>
    public required BinaryCode Code { get; init; }

    /// <summary>Greatest distance in bits, at least 0.</summary>
    public required int Radius { get; init; }

    /// <summary>Only points that pass; null for all.</summary>
    public PayloadFilter? Filter { get; init; }
}
