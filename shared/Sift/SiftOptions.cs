using System.Globalization;

namespace Pipeline.Sift;

/// <summary>How features are extracted and when two images count as showing the same thing.</summary>
public sealed class SiftOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Sift";

    /// <summary>Most keypoints of an image, the strongest are kept. Default 500.</summary>
    public int MaxKeypoints { get; set; } = 500;

    /// <summary>Longest side to which the caller reduces an image before extraction, in pixels. Default 640.</summary>
    public int MaxSide { get; set; } = 640;

    /// <summary>Lowe's contrast threshold. Default 0.04.</summary>
    public double ContrastThreshold { get; set; } = 0.04;

    /// <summary>Lowe's edge threshold. Default 10.</summary>
    public double EdgeThreshold { get; set; } = 10;

    /// <summary>Most that the distance to the best match may be of the distance to the second best, in (0, 1]. Default 0.8.</summary>
    public float RatioTest { get; set; } = 0.8f;

    /// <summary>How far a keypoint may lie from where the homography puts it, in pixels of the candidate. Default 6.</summary>
    public double RansacThreshold { get; set; } = 6;

    /// <summary>Most RANSAC samples. Default 2000.</summary>
    public int RansacIterations { get; set; } = 2000;

    /// <summary>RANSAC stops early at this confidence, in (0, 1). Default 0.995.</summary>
    public double RansacConfidence { get; set; } = 0.995;

    /// <summary>
    /// Fewest inliers of a verified pair. Default 10: of 11,580 pairs of unrelated photographs none reached 8,
    /// while nine of ten pairs of one object seen from different sides did reach 10.
    /// </summary>
    public int MinInliers { get; set; } = 10;

    /// <summary>
    /// Names the algorithm and everything that changes its features, such as <c>rootsift-500-640-v1</c>.
    /// Features of different versions are not mixed. The verification settings are no part of it.
    /// </summary>
    public string Version
    {
        get
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"rootsift-{MaxKeypoints}-{MaxSide}");
            if (ContrastThreshold != 0.04 || EdgeThreshold != 10)
            {
                name += string.Create(CultureInfo.InvariantCulture, $"-c{ContrastThreshold}-e{EdgeThreshold}");
            }

            return name + "-v1";
        }
    }
}
