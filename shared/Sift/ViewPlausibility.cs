namespace Pipeline.Sift;

/// <summary>
/// Tells a homography that a camera could have made from one that RANSAC bent through chance matches: near-singular, mirrored,
/// folding the image over the horizon, of extreme scale or aspect, or resting on a few points in one spot.
/// </summary>
internal static class ViewPlausibility
{
    /// <summary>Most that a view may enlarge or reduce lengths.</summary>
    private const double MaxScale = 8;

    /// <summary>Most that a view may stretch one direction against the other; a surface seen at 80 degrees is compressed 5.8 times.</summary>
    private const double MaxAnisotropy = 6;

    /// <summary>Inliers whose area of support is thinner than this many pixels lie on a line and fix no homography.</summary>
    private const double MinSpread = 4;

    internal static bool Holds(double[] homography, SiftFeatures query, SiftFeatures candidate, List<(int Query, int Candidate)> inliers)
    {
        if (inliers.Count < 4 || homography.Any(v => !double.IsFinite(v)))
        {
            return false;
        }

        // Where it matters is where the inliers are: each must lie on this side of the horizon, unmirrored, at a sane scale.
        foreach (var (q, _) in inliers)
        {
            var point = query.Keypoints[q];
            if (!IsSaneAt(homography, point.X, point.Y))
            {
                return false;
            }
        }

        return Spread(inliers, i => query.Keypoints[i.Query]) >= MinSpread && Spread(inliers, i => candidate.Keypoints[i.Candidate]) >= MinSpread;
    }

    /// <summary>Looks at the Jacobian of the mapping at a point: its singular values are the local scales.</summary>
    private static bool IsSaneAt(double[] h, double x, double y)
    {
        var w = (h[6] * x) + (h[7] * y) + h[8];
        if (w <= 1e-9)
        {
            return false;
        }

        var u = ((h[0] * x) + (h[1] * y) + h[2]) / w;
        var v = ((h[3] * x) + (h[4] * y) + h[5]) / w;
        var a = (h[0] - (h[6] * u)) / w;
        var b = (h[1] - (h[7] * u)) / w;
        var c = (h[3] - (h[6] * v)) / w;
        var d = (h[4] - (h[7] * v)) / w;

        var determinant = (a * d) - (b * c);
        if (!(determinant > 0))
        {
            return false;
        }

        // Singular values s1 ≥ s2 from s1² + s2² and s1·s2.
        var sum = (a * a) + (b * b) + (c * c) + (d * d);
        var root = Math.Sqrt(Math.Max(0, (sum * sum) - (4 * determinant * determinant)));
        var large = Math.Sqrt((sum + root) / 2);
        var small = determinant / large;
        return large <= MaxScale && small >= 1 / MaxScale && large <= MaxAnisotropy * small;
    }

    /// <summary>Standard deviation of the points in the direction in which it is smallest, in pixels.</summary>
    private static double Spread(List<(int Query, int Candidate)> inliers, Func<(int Query, int Candidate), Keypoint> place)
    {
        double sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;
        foreach (var inlier in inliers)
        {
            var point = place(inlier);
            double x = point.X, y = point.Y;
            sx += x;
            sy += y;
            sxx += x * x;
            syy += y * y;
            sxy += x * y;
        }

        double n = inliers.Count;
        var vx = (sxx / n) - (sx / n * (sx / n));
        var vy = (syy / n) - (sy / n * (sy / n));
        var cov = (sxy / n) - (sx / n * (sy / n));
        var smaller = ((vx + vy) / 2) - Math.Sqrt(((vx - vy) * (vx - vy) / 4) + (cov * cov));
        return Math.Sqrt(Math.Max(0, smaller));
    }
}
