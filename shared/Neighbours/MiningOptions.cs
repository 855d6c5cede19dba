using System.ComponentModel.DataAnnotations;

namespace Pipeline.Neighbours;

/// <summary>
/// How neighbours become pairs. The sources do not publish p, q and m; these were chosen once for photographs of objects
/// and of printed matter alike.
/// </summary>
public sealed class MiningOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Mining";

    /// <summary>p: how many of an image's nearest neighbours in CNN space it may be reciprocal with. 1 to 100, default 8.</summary>
    [Range(1, 100)]
    public int CnnNeighbours { get; set; } = 8;

    /// <summary>q: the same in SIFT space. 1 to 100, default 8.</summary>
    [Range(1, 100)]
    public int SiftNeighbours { get; set; } = 8;

    /// <summary>m: within how many nearest neighbours of the other image it must lie in return. 1 to 100, default 16.</summary>
    [Range(1, 100)]
    public int ReturnNeighbours { get; set; } = 16;

    /// <summary>
    /// Least share of what the centres of both images show that a pair must have in common to count as verified, 0 to 1.
    /// Default 0.08: below it, most pairs share a background and not their subject.
    /// </summary>
    [Range(0.0, 1.0)]
    public double MinCentralSupport { get; set; } = 0.08;

    /// <summary>How long the lists of nearest neighbours must be for all of that.</summary>
    public int ListLength => Math.Max(ReturnNeighbours, Math.Max(CnnNeighbours, SiftNeighbours));
}
