using Pipeline.Catalog;
using Pipeline.Contracts.Events;

namespace Pipeline.Gateway.Images;

/// <summary>What is known of an image's neighbours.</summary>
public sealed record NeighboursResponse
{
    /// <summary>The image.</summary>
    public required Guid ImageId { get; init; }

    /// <summary>False until the image was mined; then its lists are empty.</summary>
    public required bool Mined { get; init; }

    /// <summary>Its nearest by CNN embedding, nearest first.</summary>
    public IReadOnlyList<NeighbourResponse> Cnn { get; init; } = [];

    /// <summary>Its nearest by visual words, nearest first; empty before the collection has a vocabulary.</summary>
    public IReadOnlyList<NeighbourResponse> Sift { get; init; } = [];

    /// <summary>The pairs that start at it.</summary>
    public IReadOnlyList<MinedPair> Pairs { get; init; } = [];

    /// <summary>The model artifact of the compared embeddings.</summary>
    public string? ModelVersion { get; init; }

    /// <summary>The vocabulary artifact of the compared words.</summary>
    public string? VocabularyVersion { get; init; }

    /// <summary>Of an image that was not mined yet.</summary>
    public static NeighboursResponse Unmined(Guid imageId) => new() { ImageId = imageId, Mined = false };

    /// <summary>Of a mined image.</summary>
    /// <param name="neighbourhood">What is known of it.</param>
    /// <param name="others">What is known of those that its lists name.</param>
    public static NeighboursResponse Of(Neighbourhood neighbourhood, IReadOnlyDictionary<Guid, Neighbourhood> others)
    {
        ArgumentNullException.ThrowIfNull(neighbourhood);
        ArgumentNullException.ThrowIfNull(others);
        var pairs = neighbourhood.Pairs.ToDictionary(pair => pair.OtherId);
        return new NeighboursResponse
        {
            ImageId = neighbourhood.ImageId,
            Mined = true,
            Cnn = List(neighbourhood.Cnn, other => other.Cnn),
            Sift = List(neighbourhood.Sift, other => other.Sift),
            Pairs = neighbourhood.Pairs,
            ModelVersion = neighbourhood.ModelVersion,
            VocabularyVersion = neighbourhood.VocabularyVersion,
        };

        IReadOnlyList<NeighbourResponse> List(SpaceNeighbourhood space, Func<Neighbourhood, SpaceNeighbourhood> same) =>
        [
            .. space.Nearest.Select((near, i) => new NeighbourResponse(
                near.ImageId, i + 1, near.Similarity, Names(others.GetValueOrDefault(near.ImageId), same), pairs.GetValueOrDefault(near.ImageId)?.Kind)),
        ];

        bool Names(Neighbourhood? other, Func<Neighbourhood, SpaceNeighbourhood> space) =>
            other is not null && space(other).Nearest.Any(near => near.ImageId == neighbourhood.ImageId);
    }
}

/// <summary>One neighbour of an image.</summary>
/// <param name="ImageId">The neighbour.</param>
/// <param name="Rank">Its place, from 1.</param>
/// <param name="Similarity">Cosine.</param>
/// <param name="Reciprocal">Whether the image is in the neighbour's list, too.</param>
/// <param name="Pair">The kind of pair they form, or null.</param>
public sealed record NeighbourResponse(Guid ImageId, int Rank, double Similarity, bool Reciprocal, string? Pair);
