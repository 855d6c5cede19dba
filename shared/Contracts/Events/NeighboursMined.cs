namespace Pipeline.Contracts.Events;

/// <summary>
/// The pairs of an image changed: reciprocal nearest neighbours in CNN space, in SIFT space, or in both. Only changes are
/// told; pairs have a direction and start at this event's image.
/// </summary>
public sealed record NeighboursMined : ImageEvent
{
    /// <summary>
    /// Grows with each change of the image's pairs, within one incarnation of it. Messages may overtake each other: one with a
    /// lower number than was seen before is outdated, and contained in the later one.
    /// </summary>
    public required long Sequence { get; init; }

    /// <summary>Pairs that are new, or not as they were.</summary>
    public required IReadOnlyList<MinedPair> Changed { get; init; }

    /// <summary>Images that were in a pair with this one and no longer are.</summary>
    public required IReadOnlyList<Guid> Removed { get; init; }

    /// <summary>The model artifact whose embeddings were compared, or null without.</summary>
    public string? ModelVersion { get; init; }

    /// <summary>The vocabulary artifact whose words were compared, or null without.</summary>
    public string? VocabularyVersion { get; init; }
}

/// <summary>A pair of images, from the one it is told of to another.</summary>
public sealed record MinedPair
{
    /// <summary>The other image.</summary>
    public required Guid OtherId { get; init; }

    /// <summary>Which spaces see it, of <see cref="PairKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>Whether both show one subject by their SIFT matches: of mined pairs only verified ones are training data.</summary>
    public required bool Verified { get; init; }

    /// <summary>The other's place among the nearest in CNN space, from 1; null if it is not in the list.</summary>
    public int? CnnRank { get; init; }

    /// <summary>The other's place among the nearest in SIFT space, from 1; null if it is not in the list.</summary>
    public int? SiftRank { get; init; }

    /// <summary>Geometrically consistent SIFT matches.</summary>
    public int Inliers { get; init; }

    /// <summary>How much of what the centre of both images shows is shared, 0 to 1.</summary>
    public double CentralSupport { get; init; }
}

/// <summary>Names of the kinds of pairs.</summary>
public static class PairKinds
{
    /// <summary>Reciprocal in both spaces.</summary>
    public const string Confirmed = "confirmed";

    /// <summary>Reciprocal in SIFT space alone: what the CNN misses.</summary>
    public const string Complementary = "complementary";

    /// <summary>Reciprocal in CNN space alone.</summary>
    public const string CnnOnly = "cnn-only";
}
