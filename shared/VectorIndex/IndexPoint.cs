namespace Pipeline.VectorIndex;

/// <summary>A point of a collection.</summary>
public sealed record IndexPoint
{
    /// <summary>Distinct within the collection.</summary>
    public required Guid Id { get; init; }

    /// <summary>Space name → vector. A point may lack some of the collection's spaces.</summary>
    public required IReadOnlyDictionary<string, VectorValue> Vectors { get; init; }

    /// <summary>What is stored beside the vectors.</summary>
    public required IndexPayload Payload { get; init; }
}
