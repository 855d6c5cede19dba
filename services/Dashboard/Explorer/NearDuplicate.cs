using Pipeline.Catalog;
using Pipeline.Contracts.Queries;

namespace Pipeline.Dashboard.Explorer;

/// <summary>An image that geometry takes for the same, or that somebody judged.</summary>
/// <param name="ImageId">The image.</param>
/// <param name="Inliers">Geometrically consistent matches; null where geometry was not asked.</param>
/// <param name="Verdict">What somebody said; null where nobody did.</param>
public sealed record NearDuplicate(Guid ImageId, int? Inliers, PairVerdict? Verdict)
{
    /// <summary>What searches found, mining verified, or somebody judged; those that nobody judged first, and of those the surest.</summary>
    public static IReadOnlyList<NearDuplicate> Of(ImageRecord image, IReadOnlyList<ModeResults> results, NeighbourView? neighbours)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(results);
        var inliers = new Dictionary<Guid, int?>();
        foreach (var hit in results.SelectMany(mode => mode.Results?.Hits ?? []).Where(hit => hit.Match == MatchKinds.NearDuplicate))
        {
            inliers[hit.ImageId] = hit.Inliers;
        }

        foreach (var neighbour in neighbours is null ? [] : neighbours.Cnn.Concat(neighbours.Sift).Where(neighbour => neighbour.IsVerified))
        {
            inliers[neighbour.ImageId] = neighbour.Inliers;
        }

        var verdicts = image.Verdicts.Where(verdict => verdict.Stands).ToDictionary(verdict => verdict.OtherId);
        return
        [
            .. inliers.Keys.Union(verdicts.Keys)
                .Select(id => new NearDuplicate(id, inliers.GetValueOrDefault(id), verdicts.GetValueOrDefault(id)))
                .OrderBy(near => near.Verdict is not null)
                .ThenByDescending(near => near.Inliers ?? 0)
                .ThenBy(near => near.ImageId),
        ];
    }
}
