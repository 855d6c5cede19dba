using Pipeline.Catalog;

namespace Pipeline.Dashboard.Explorer;

/// <summary>An image's neighbours in both spaces as the page shows them.</summary>
/// <param name="Cnn">Its nearest by CNN embedding.</param>
/// <param name="Sift">Its nearest by visual words.</param>
public sealed record NeighbourView(IReadOnlyList<NeighbourOf> Cnn, IReadOnlyList<NeighbourOf> Sift)
{
    /// <summary>Reads them; null for an image that was not mined yet.</summary>
    public static async Task<NeighbourView?> ReadAsync(string collection, Guid id, NeighbourhoodCatalog neighbourhoods, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(neighbourhoods);
        if (await neighbourhoods.GetAsync(collection, id, ct) is not { } mined)
        {
            return null;
        }

        Guid[] named = [.. mined.Cnn.Nearest.Concat(mined.Sift.Nearest).Select(near => near.ImageId).Distinct()];
        var others = (await neighbourhoods.GetManyAsync(collection, named, ct)).OfType<Neighbourhood>().ToDictionary(other => other.ImageId);
        var pairs = mined.Pairs.ToDictionary(pair => pair.OtherId);
        return new NeighbourView(List(mined.Cnn, other => other.Cnn), List(mined.Sift, other => other.Sift));

        IReadOnlyList<NeighbourOf> List(SpaceNeighbourhood space, Func<Neighbourhood, SpaceNeighbourhood> same) =>
        [
            .. space.Nearest.Select((near, i) =>
            {
                var pair = pairs.GetValueOrDefault(near.ImageId);
                var isReciprocal = others.TryGetValue(near.ImageId, out var other) && same(other).Nearest.Any(back => back.ImageId == id);
                return new NeighbourOf(near.ImageId, i + 1, near.Similarity, isReciprocal, pair?.Kind, pair?.Verified ?? false, pair?.Inliers ?? 0);
            }),
        ];
    }
}

/// <summary>One neighbour of an image.</summary>
/// <param name="ImageId">The neighbour.</param>
/// <param name="Rank">Its place, from 1.</param>
/// <param name="Similarity">Cosine.</param>
/// <param name="IsReciprocal">Whether the image is in the neighbour's list, too.</param>
/// <param name="Pair">The kind of pair they form, or null.</param>
/// <param name="IsVerified">Whether the pair is verified geometrically.</param>
/// <param name="Inliers">Geometrically consistent matches of the pair.</param>
public sealed record NeighbourOf(Guid ImageId, int Rank, double Similarity, bool IsReciprocal, string? Pair, bool IsVerified, int Inliers);
