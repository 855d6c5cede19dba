namespace Pipeline.VectorIndex;

/// <summary>A point found by a search.</summary>
/// <param name="Id">The point.</param>
/// <param name="Score">
/// Larger is better: cosine similarity in −1 … 1 (float rounding may exceed it by 1e-6), the negated Hamming distance in bits, or the dot product.
/// </param>
/// <param name="Payload">The point's payload.</param>
public sealed record IndexHit(Guid Id, double Score, IndexPayload Payload);
