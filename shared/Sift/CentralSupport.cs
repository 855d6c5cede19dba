namespace Pipeline.Sift;

/// <summary>
/// Tells images of one subject from images that only share a background: two photographs of different things on one desk have
/// many inliers, all of them at the margin. Keypoints count by a Gaussian around the centre of their image, since that is where
/// people put what they photograph; the support is the share of that weight which inliers hold, in the image where it is less.
/// </summary>
internal static class CentralSupport
{
    /// <summary>Standard deviation of the Gaussian, as a share of width and of height.</summary>
    private const double Deviation = 0.15;

    /// <summary>
    /// Least weight that the inliers are a share of, so that one inlier is no full support in an image whose centre is
    /// almost bare of keypoints.
    /// </summary>
    private const double LeastWeight = 5;

    /// <summary>The support, 0 to 1.</summary>
    internal static double Of(SiftFeatures query, SiftFeatures candidate, List<(int Query, int Candidate)> inliers)
    {
        double inQuery = 0, inCandidate = 0;
        foreach (var (q, c) in inliers)
        {
            inQuery += Weight(query, query.Keypoints[q]);
            inCandidate += Weight(candidate, candidate.Keypoints[c]);
        }

        return Math.Min(inQuery / Total(query), inCandidate / Total(candidate));
    }

    private static double Total(SiftFeatures features)
    {
        double total = 0;
        foreach (ref readonly var keypoint in features.Keypoints)
        {
            total += Weight(features, keypoint);
        }

        return Math.Max(LeastWeight, total);
    }

    private static double Weight(SiftFeatures features, in Keypoint keypoint)
    {
        var x = ((keypoint.X / features.Width) - 0.5) / Deviation;
        var y = ((keypoint.Y / features.Height) - 0.5) / Deviation;
        return Math.Exp(-((x * x) + (y * y)) / 2);
    }
}
