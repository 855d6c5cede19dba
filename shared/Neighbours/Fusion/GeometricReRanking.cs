using Pipeline.Sift;

namespace Pipeline.Neighbours.Fusion;

/// <summary>Brings hits that geometry verifies before all others, in order of how well they fit the query (ours).</summary>
/// <remarks>
/// The number of inliers misleads: two covers may share a logo or a banner with many keypoints, and one homography explains it well. But then
/// the inliers lie close together, and much else that matches obeys another homography or none. So a fit is
/// (share of the matches that are inliers) × (cells of an 8 × 8 grid that have inliers, in the image where they are fewer).
/// </remarks>
public static class GeometricReRanking
{
    private const int Grid = 8;

    /// <summary>How well a candidate fits a query.</summary>
    /// <param name="query">The query's features.</param>
    /// <param name="candidate">The candidate's.</param>
    /// <param name="match">What <see cref="GeometricVerifier.Verify"/> said of the two.</param>
    /// <returns>0 if it did not verify them, otherwise above 0, at most 64.</returns>
    public static double Fit(SiftFeatures query, SiftFeatures candidate, GeometricMatch match)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(candidate);
        ArgumentNullException.ThrowIfNull(match);
        if (!match.Verified)
        {
            return 0;
        }

        ulong inQuery = 0, inCandidate = 0;
        foreach (var (q, c) in match.InlierPairs)
        {
            inQuery |= 1UL << Cell(query, q);
            inCandidate |= 1UL << Cell(candidate, c);
        }

        var cells = Math.Min(ulong.PopCount(inQuery), ulong.PopCount(inCandidate));
        return cells * ((double)match.Inliers / match.Matches);
    }

    /// <summary>Orders hits anew.</summary>
    /// <param name="hits">All hits, best first.</param>
    /// <param name="verified">How many of the first are looked at.</param>
    /// <param name="fit">Their <see cref="Fit"/>.</param>
    /// <returns>The same hits: those with a fit above 0 by their fit, then the others, each in their order where fits are equal.</returns>
    public static IReadOnlyList<T> Order<T>(IReadOnlyList<T> hits, int verified, Func<T, double> fit)
    {
        ArgumentNullException.ThrowIfNull(hits);
        ArgumentOutOfRangeException.ThrowIfNegative(verified);
        return [.. hits.Take(verified).Select(hit => (Hit: hit, Fit: fit(hit))).OrderByDescending(hit => hit.Fit).Select(hit => hit.Hit), .. hits.Skip(verified)];
    }

    private static int Cell(SiftFeatures features, int keypoint)
    {
        var place = features.Keypoints[keypoint];
        var column = Math.Clamp((int)(place.X * Grid / features.Width), 0, Grid - 1);
        var row = Math.Clamp((int)(place.Y * Grid / features.Height), 0, Grid - 1);
        return (row * Grid) + column;
    }
}
