namespace Pipeline.Hashing.Learning;

/// <summary>What a round of linear distance preserving hashing came to.</summary>
/// <param name="Round">0 for what the imitation of the reference gave.</param>
/// <param name="A">Slope of the least-squares line h ≈ a·d + b over random pairs.</param>
/// <param name="B">Its intercept.</param>
/// <param name="Correlation">Correlation of the random pairs' Hamming and Euclidean distances.</param>
/// <param name="Agreement">Share of bits equal to the reference's.</param>
/// <param name="Ranking">Tie-aware mean average precision of a sample of the rows, whose nearest are to be found by code.</param>
/// <param name="Kept">Whether later rounds went on from it; the last one kept is the function.</param>
public sealed record LdphRound(int Round, double A, double B, double Correlation, double Agreement, double Ranking, bool Kept);
