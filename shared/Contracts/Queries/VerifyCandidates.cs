namespace Pipeline.Contracts.Queries;

/// <summary>
/// A request to SIFT extraction's interactive queue: match a query against candidates geometrically. Answered by
/// <see cref="CandidatesVerified"/> or <see cref="RequestRefused"/>.
/// </summary>
public sealed record VerifyCandidates
{
    /// <summary>The collection of the candidates.</summary>
    public required string Collection { get; init; }

    /// <summary>The tenant of the candidates.</summary>
    public string Tenant { get; init; } = Tenants.Default;

    /// <summary>The query as a picture; exactly one of this and <see cref="ImageId"/> is set.</summary>
    public ImageSource? Image { get; init; }

    /// <summary>The query as an image of the collection. One without SIFT features verifies no candidate.</summary>
    public Guid? ImageId { get; init; }

    /// <summary>Whether the places of the matches are wanted, too: they are many.</summary>
    public bool WithPoints { get; init; }

    /// <summary>The candidates, 1 to 200 images.</summary>
    public required IReadOnlyList<Guid> Candidates { get; init; }
}

/// <summary>Answer to <see cref="VerifyCandidates"/>, in the order of the candidates.</summary>
public sealed record CandidatesVerified
{
    /// <summary>One entry a candidate.</summary>
    public required IReadOnlyList<CandidateVerification> Candidates { get; init; }
}

/// <summary>How one candidate matches the query.</summary>
public sealed record CandidateVerification
{
    /// <summary>The candidate.</summary>
    public required Guid ImageId { get; init; }

    /// <summary>Matches that agree with one homography; 0 if there is none, or one of the two has no SIFT features.</summary>
    public required int Inliers { get; init; }

    /// <summary>Whether there are enough inliers to call it the same scene.</summary>
    public required bool Verified { get; init; }

    /// <summary>
    /// How much of what the centre of both images shows is shared, 0 to 1: little where only a background is.
    /// </summary>
    public double CentralSupport { get; init; }

    /// <summary>Row-major 3×3 homography from query to candidate pixels, or null.</summary>
    public IReadOnlyList<double>? Homography { get; init; }

    /// <summary>Where the inliers are in both images, if that was asked for.</summary>
    public IReadOnlyList<MatchedPoint>? Points { get; init; }
}

/// <summary>One match: its place in both images, as a share of their width and height from the top left corner.</summary>
/// <param name="QueryX">Column in the query, 0 to 1.</param>
/// <param name="QueryY">Row in the query, 0 to 1.</param>
/// <param name="CandidateX">Column in the candidate, 0 to 1.</param>
/// <param name="CandidateY">Row in the candidate, 0 to 1.</param>
public sealed record MatchedPoint(double QueryX, double QueryY, double CandidateX, double CandidateY);
