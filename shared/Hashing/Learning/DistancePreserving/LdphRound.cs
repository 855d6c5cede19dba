namespace Pipeline.Hashing.Learning;

/// <summary>What a round of linear distance preserving hashing started from.</summary>
/// <param name="Round">0 for what the imitation of the reference gave; the last one is the function's own.</param>
/// <param name="A">Slope of the least-squares line h ≈ a·d + b over the pairs.</param>
/// <param name="B">Its intercept.</param>
/// <param name="Correlation">Correlation of the pairs' Hamming and Euclidean distances.</param>
/// <param name="Agreement">Share of bits equal to the reference's.</param>
public sealed record LdphRound(int Round, double A, double B, double Correlation, double Agreement);
