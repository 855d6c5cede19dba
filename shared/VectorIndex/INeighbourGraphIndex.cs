namespace Pipeline.VectorIndex;

/// <summary>
/// The k-nearest-neighbour graph of an index's points in each space: N_X(I, k) of every image I, itself
/// excluded, and who names it (Zhou et al. 2018; Zhou, Li, Sun, Tian, TPAMI 2017). Neighbours are of the same tenant.
/// </summary>
/// <remarks>
/// <see cref="SearchedNeighbours"/> answers from searches, and may miss some that name a point. Where an index keeps the graph, it is
/// exact and a function of the points alone: whatever was inserted, replaced and deleted, in whatever order, it is what
/// comparing every pair would give, to the last bit. Points are woven into it when neighbours are asked for; who never asks pays nothing.
/// Every member may be called from any thread.
/// </remarks>
public interface INeighbourGraphIndex
{
    /// <summary>
    /// The lists of some points, and the lists of all points that name one of them (but see
    /// <see cref="NeighbourAnswer.IsBounded"/>), as of a moment after the call. What is kept of them is
    /// durable when the task completes. A call that finds many points not yet woven takes as long as they do; cancelled, it
    /// leaves the rest to the next.
    /// </summary>
    /// <param name="collection">The collection.</param>
    /// <param name="query">The space and the points; ids that are not there, or have no vector in the space, get no list.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="CollectionNotFoundException">There is no such collection.</exception>
    /// <exception cref="ArgumentException">The collection has no such space.</exception>
    Task<NeighbourAnswer> FindNeighboursAsync(string collection, NeighbourQuery query, CancellationToken ct = default);
}
