namespace Pipeline.Neighbours.Pairs;

/// <summary>
/// Which of the two spaces sees a pair. How the spaces combine is not published; these kinds are this project's own.
/// </summary>
public enum PairKind
{
    /// <summary>Reciprocal in both spaces.</summary>
    Confirmed,

    /// <summary>Reciprocal in SIFT space alone: what the CNN misses, and can learn.</summary>
    Complementary,

    /// <summary>Reciprocal in CNN space alone.</summary>
    CnnOnly,
}
