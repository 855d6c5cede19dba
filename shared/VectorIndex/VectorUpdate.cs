namespace Pipeline.VectorIndex;

/// <summary>New vectors for some spaces of a point that is there already; what is not named stays as it is.</summary>
public sealed record VectorUpdate
{
    /// <summary>The point.</summary>
    public required Guid Id { get; init; }

    /// <summary>Space name → its new vector, or null to take the point out of that space.</summary>
    public required IReadOnlyDictionary<string, VectorValue?> Vectors { get; init; }
}
