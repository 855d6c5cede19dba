namespace Pipeline.VectorIndex;

/// <summary>
/// Neighbour lists of an index that keeps no graphs, from searches alone. A point's own list is as exact as the index's search. Who
/// names it is asked of a bounded number of its own nearest points: similarity is mutual, so whoever it is near to is likely to be there.
/// </summary>
/// <remarks>
/// Every neighbour of a point is among its candidates, so whether two points name each other is never missed. What may be missed is a
/// point that lies in a thin part of the space and names one for which it is far down the list; that one's list is found to
/// be out of date when it is asked for itself.
/// </remarks>
/// <param name="index">The index.</param>
/// <param name="k">Neighbours in a full list, at least 1.</param>
/// <param name="candidates">How many of a point's nearest are asked whether they name it; at least k are.</param>
public sealed class SearchedNeighbours(IVectorIndex index, int k, int candidates) : INeighbourGraphIndex
{
    /// <summary>Points whose vectors are fetched, and neighbours searched, at once.</summary>
    private const int PointsAtOnce = 64;

    /// <summary>The candidates that suit lists of k neighbours.</summary>
    public static int DefaultCandidates(int k) => Math.Max(64, 4 * k);

    /// <inheritdoc/>
    public async Task<NeighbourAnswer> FindNeighboursAsync(string collection, NeighbourQuery query, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(query.Ids);
        var asked = query.Ids.ToHashSet();
        var near = await NearestAsync(collection, query.Space, asked, Math.Max(k, candidates), ct);
        var others = near.Values.SelectMany(hits => hits).Select(hit => hit.Id).ToHashSet();
        others.ExceptWith(asked);
        var theirs = await NearestAsync(collection, query.Space, others, k, ct);
        return new NeighbourAnswer(
            k,
            [.. asked.Where(near.ContainsKey).Select(id => new NeighbourList(id, 1, [.. near[id].Take(k)]))],
            [
                .. theirs.Where(list => list.Value.Any(neighbour => asked.Contains(neighbour.Id)))
                    .OrderBy(list => list.Key)
                    .Select(list => new NeighbourList(list.Key, 1, list.Value)),
            ])
        { IsBounded = true };
    }

    private async Task<IReadOnlyDictionary<Guid, Neighbour[]>> NearestAsync(
        string collection, string space, IReadOnlyCollection<Guid> ids, int limit, CancellationToken ct)
    {
        var lists = new Dictionary<Guid, Neighbour[]>();
        foreach (var chunk in ids.Chunk(PointsAtOnce))
        {
            var points = (await index.GetAsync(collection, chunk, ct)).Where(point => point.Vectors.ContainsKey(space)).ToList();

            // One more is asked for than is wanted, because the point finds itself.
            var found = await index.SearchManyAsync(
                collection,
                [
                    .. points.Select(point => new IndexQuery
                    {
                        Space = space,
                        Vector = point.Vectors[space],
                        Limit = limit + 1,
                        Filter = new PayloadFilter { Tenant = point.Payload.Tenant },
                    }),
                ],
                ct);
            foreach (var (point, hits) in points.Zip(found))
            {
                lists[point.Id] = [.. hits.Where(hit => hit.Id != point.Id).Take(limit).Select(hit => new Neighbour(hit.Id, hit.Score))];
            }
        }

        return lists;
    }
}
