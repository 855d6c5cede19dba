using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Contracts.Queries;

namespace Pipeline.Catalog;

/// <summary>What is known of an image's neighbours: its lists in both spaces, and its pairs.</summary>
public sealed record Neighbourhood
{
    /// <summary>The image.</summary>
    public required Guid ImageId { get; init; }

    /// <summary>Its tenant.</summary>
    public string Tenant { get; init; } = Tenants.Default;

    /// <summary>The life of the image that this is about.</summary>
    public int Incarnation { get; init; } = 1;

    /// <summary>Neighbours by CNN embedding.</summary>
    public SpaceNeighbourhood Cnn { get; init; } = SpaceNeighbourhood.Empty;

    /// <summary>Neighbours by visual words.</summary>
    public SpaceNeighbourhood Sift { get; init; } = SpaceNeighbourhood.Empty;

    /// <summary>What geometric verification said of those that may form a pair with it.</summary>
    public IReadOnlyList<PairCheck> Checks { get; init; } = [];

    /// <summary>The pairs that start at it.</summary>
    public IReadOnlyList<MinedPair> Pairs { get; init; } = [];

    /// <summary>The pairs as they were last published: what differs from <see cref="Pairs"/> is still to be told.</summary>
    public IReadOnlyList<MinedPair> PublishedPairs { get; init; } = [];

    /// <summary>
    /// Images whose pair may have been published after <see cref="PublishedPairs"/> were noted: a process may have died in
    /// between, so they are told again, or told to be gone.
    /// </summary>
    public IReadOnlyList<Guid> PerhapsPublished { get; init; } = [];

    /// <summary>Grows with each change of the pairs.</summary>
    public long Sequence { get; init; }

    /// <summary>Verified SIFT neighbours in either direction, ascending: they pull its embedded vector.</summary>
    public IReadOnlyList<Guid> Pulls { get; init; } = [];

    /// <summary>The pulls that its embedded vector was last published with; null before the first time.</summary>
    public IReadOnlyList<Guid>? EmbeddedPulls { get; init; }

    /// <summary>The model artifact its embedded vector was last published with.</summary>
    public string? EmbeddedModel { get; init; }

    /// <summary>The writing of its point that its embedded vector is published for, by the time that its event names; null before the first.</summary>
    public DateTimeOffset? EmbeddedFor { get; init; }

    /// <summary>The model artifact of the compared embeddings.</summary>
    public string? ModelVersion { get; init; }

    /// <summary>The vocabulary artifact of the compared words.</summary>
    public string? VocabularyVersion { get; init; }
}

/// <summary>An image's neighbours in one space.</summary>
public sealed record SpaceNeighbourhood
{
    /// <summary>Of an image that is not in the space.</summary>
    public static SpaceNeighbourhood Empty { get; } = new();

    /// <summary>Grows whenever the list changes; 0 without one.</summary>
    public long Revision { get; init; }

    /// <summary>Its own list, nearest first.</summary>
    public IReadOnlyList<NearImage> Nearest { get; init; } = [];
}

/// <summary>What geometric verification said of an image and another.</summary>
/// <param name="OtherId">The other image.</param>
/// <param name="Verified">Whether both show one subject.</param>
/// <param name="Inliers">Geometrically consistent SIFT matches.</param>
/// <param name="CentralSupport">Share of what the centres of both images show, 0 to 1.</param>
public sealed record PairCheck(Guid OtherId, bool Verified, int Inliers, double CentralSupport);
