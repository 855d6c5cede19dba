namespace Pipeline.Neighbours.Pairs;

/// <summary>An image that is reciprocal to another in at least one space; not yet verified.</summary>
/// <typeparam name="T">What names an image.</typeparam>
/// <param name="Other">The other image.</param>
/// <param name="Kind">Which spaces see it.</param>
/// <param name="CnnRank">Its place among the nearest in CNN space, from 1; null if it is not in the list.</param>
/// <param name="SiftRank">Its place among the nearest in SIFT space, from 1; null if it is not in the list.</param>
public sealed record CandidatePair<T>(T Other, PairKind Kind, int? CnnRank, int? SiftRank);
