namespace Pipeline.VectorIndex;

/// <summary>Lists of a nearest-neighbour graph, all of one state of it.</summary>
/// <param name="K">Neighbours in a full list. A shorter list names every point there is, or in a sparse space every one that shares an index.</param>
/// <param name="Lists">The lists of the points asked for, in their order and once each; without those that have none.</param>
/// <param name="Reverse">The lists of all other points that name a point asked for, in ascending order of id.</param>
public sealed record NeighbourAnswer(int K, IReadOnlyList<NeighbourList> Lists, IReadOnlyList<NeighbourList> Reverse)
{
    /// <summary>
    /// True if only candidates were asked whether they name a point: <see cref="Reverse"/> may lack some that do, and the lists may be of
    /// moments that differ a little.
    /// </summary>
    public bool IsBounded { get; init; }
}

/// <summary>A point's nearest neighbours.</summary>
/// <param name="Id">The point.</param>
/// <param name="Revision">Grows, over the whole life of the index, whenever this point's list changes: of two lists of a point the one with the greater is newer. 1 where the index keeps no lists.</param>
/// <param name="Neighbours">Best first, equal scores by ascending id; at most k.</param>
public sealed record NeighbourList(Guid Id, long Revision, IReadOnlyList<Neighbour> Neighbours);

/// <summary>An entry of a <see cref="NeighbourList"/>.</summary>
/// <param name="Id">The neighbour.</param>
/// <param name="Score">As <see cref="IndexHit.Score"/>, and the same number; larger is better.</param>
public readonly record struct Neighbour(Guid Id, double Score);
