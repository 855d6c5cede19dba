namespace Pipeline.Sift;

/// <summary>
/// Decides whether two images show the same surface: mutual nearest descriptors with Lowe's ratio test, then a homography by RANSAC
/// (Fischler and Bolles, 1981) that must be a plausible view. The same features give the same answer, bit for bit.
/// </summary>
/// <remarks>Thread-safe; a call works on the caller's thread alone.</remarks>
/// <param name="options">Ratio, threshold, fewest inliers.</param>
public sealed class GeometricVerifier(SiftOptions options)
{
    /// <summary>Compares two images.</summary>
    /// <param name="query">One image; the homography maps from it.</param>
    /// <param name="candidate">The other image.</param>
    /// <exception cref="SiftException">OpenCV ran out of memory.</exception>
    public GeometricMatch Verify(SiftFeatures query, SiftFeatures candidate)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(candidate);
        var pairs = DescriptorMatcher.Match(query.Descriptors, candidate.Descriptors, options.RatioTest);

        // Too few to be verified, whatever the geometry: most unrelated pairs end here, without RANSAC.
        if (pairs.Count < options.MinInliers || FindHomography(query, candidate, pairs) is not var (homography, inliers)
            || !ViewPlausibility.Holds(homography, query, candidate, inliers))
        {
            return new GeometricMatch(pairs.Count, 0, false, null, [], 0);
        }

        return new GeometricMatch(
            pairs.Count,
            inliers.Count,
            inliers.Count >= options.MinInliers,
            homography,
            inliers,
            CentralSupport.Of(query, candidate, inliers));
    }

    private unsafe (double[] Homography, List<(int Query, int Candidate)> Inliers)? FindHomography(
        SiftFeatures query, SiftFeatures candidate, List<(int Query, int Candidate)> pairs)
    {
        var from = new float[pairs.Count * 2];
        var to = new float[pairs.Count * 2];
        for (var i = 0; i < pairs.Count; i++)
        {
            var (q, c) = pairs[i];
            (from[2 * i], from[(2 * i) + 1]) = (query.Keypoints[q].X, query.Keypoints[q].Y);
            (to[2 * i], to[(2 * i) + 1]) = (candidate.Keypoints[c].X, candidate.Keypoints[c].Y);
        }

        var homography = new double[9];
        var mask = new byte[pairs.Count];
        int found;
        fixed (float* source = from, target = to)
        fixed (double* matrix = homography)
        fixed (byte* flags = mask)
        {
            var error = stackalloc byte[NativeMethods.ErrorBytes];
            NativeMethods.Check(
                NativeMethods.FindHomography(
                    source, target, pairs.Count, options.RansacThreshold, options.RansacIterations, options.RansacConfidence,
                    matrix, flags, &found, error, NativeMethods.ErrorBytes),
                error);
        }

        return found == 0 ? null : (homography, [.. pairs.Where((_, i) => mask[i] != 0)]);
    }
}
