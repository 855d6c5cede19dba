namespace Pipeline.VectorIndex.Hamming;

/// <summary>A code that a search found.</summary>
/// <param name="Id">The id that adding the code returned.</param>
/// <param name="Distance">Number of bits in which it differs from the query.</param>
public readonly record struct HammingHit(int Id, int Distance);
