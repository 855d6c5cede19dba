namespace Pipeline.Sift;

/// <summary>What comparing two images by their local features gave.</summary>
/// <param name="Matches">Pairs of keypoints that are each other's nearest and pass the ratio test.</param>
/// <param name="Inliers">Pairs of them that one homography explains; 0 when none was found or it was no plausible view.</param>
/// <param name="Verified">Whether the inliers are enough to say that both images show the same surface.</param>
/// <param name="Homography">3×3, row-major, maps pixels of the query to pixels of the candidate; null without inliers.</param>
/// <param name="InlierPairs">Indexes of the keypoints of each inlier.</param>
/// <param name="CentralSupport">
/// How much of what the centre of both images shows is shared, 0 to 1 (see <see cref="Pipeline.Sift.CentralSupport"/>). Images
/// that have only their background in common are verified, with little central support.
/// </param>
public sealed record GeometricMatch(
    int Matches,
    int Inliers,
    bool Verified,
    double[]? Homography,
    IReadOnlyList<(int Query, int Candidate)> InlierPairs,
    double CentralSupport);
