using Pipeline.VectorIndex.Qdrant.Wire;

namespace Pipeline.VectorIndex.Qdrant;

/// <summary>
/// Searches with an order that Qdrant does not give: equal scores by ascending id, also where the limit falls among them. What lies at the
/// limit is asked for a second time, then, with everything of its score.
/// </summary>
internal sealed class QdrantSearch(QdrantRequests requests, QdrantOptions options)
{
    /// <summary>Asked for beyond the limit: Hamming distances are few numbers, so that the limit nearly always falls among equals.</summary>
    private const int SpareCodes = 64;

    /// <summary>First limit of a search for everything above a score.</summary>
    private const int FirstLimit = 512;

    /// <summary>By how much the limit of such a search grows until it is not reached.</summary>
    private const int Growth = 8;

    /// <summary>From this limit on the number of points is asked for first: the server sets memory aside for as many as it may find.</summary>
    private const int LargeLimit = 10_000;

    /// <summary>The best points of a space.</summary>
    public async Task<IReadOnlyList<IndexHit>> BestAsync(string collection, QdrantSpaces spaces, IndexQuery query, CancellationToken ct)
    {
        var search = Prepare(spaces, query.Space, query.Vector, query.Filter, query.Among);
        if (IsEmpty(query))
        {
            return [];
        }

        var limit = query.Among is { } among ? Math.Min(query.Limit, among.Count) : query.Limit;
        limit = await BoundedAsync(collection, limit, ct);
        var asked = limit + (search.Space is CodeSpace ? SpareCodes : 1);
        var found = await requests.QueryAsync(collection, search.Query with { Limit = asked, WithPayload = true }, ct);
        return await CutAsync(collection, search, found, limit, asked, ct);
    }

    /// <summary>As <see cref="BestAsync"/> for several searches, in few requests.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<IndexHit>>> BestOfManyAsync(
        string collection, QdrantSpaces spaces, IReadOnlyList<IndexQuery> queries, CancellationToken ct)
    {
        var searches = queries.Select(query => Prepare(spaces, query.Space, query.Vector, query.Filter, query.Among)).ToList();
        var results = new IReadOnlyList<IndexHit>[queries.Count];
        var limits = new int[queries.Count];
        for (var i = 0; i < limits.Length; i++)
        {
            limits[i] = await BoundedAsync(collection, queries[i].Among is { } among ? Math.Min(queries[i].Limit, among.Count) : queries[i].Limit, ct);
        }

        foreach (var chunk in Enumerable.Range(0, queries.Count).Where(i => !IsEmpty(queries[i])).Chunk(spaces.PointsPerRequest(options.BatchSize)))
        {
            var asked = chunk.Select(i => limits[i] + (searches[i].Space is CodeSpace ? SpareCodes : 1)).ToList();
            var found = await requests.QueryAsync(
                collection, [.. chunk.Zip(asked, (i, limit) => searches[i].Query with { Limit = limit, WithPayload = true })], ct);
            for (var j = 0; j < chunk.Length; j++)
            {
                results[chunk[j]] = await CutAsync(collection, searches[chunk[j]], found[j].Points, limits[chunk[j]], asked[j], ct);
            }
        }

        return [.. results.Select(result => result ?? [])];
    }

    /// <summary>All codes within a distance.</summary>
    public async Task<IReadOnlyList<IndexHit>> WithinAsync(string collection, QdrantSpaces spaces, RadiusQuery query, CancellationToken ct)
    {
        var search = Prepare(spaces, query.Space, query.Code, query.Filter, null);
        var bits = ((CodeSpace)search.Space).Bits;
        var least = query.Radius >= bits ? -bits : bits - (2 * query.Radius);
        var found = await AllFromAsync(collection, search, least, int.MaxValue, ct);
        return await WithPayloadsAsync(collection, search, found, [], ct);
    }

    /// <summary>What is best of an answer, with the smallest ids of those at the limit.</summary>
    private async Task<IReadOnlyList<IndexHit>> CutAsync(
        string collection, Search search, IReadOnlyList<ScoredPoint> found, int limit, int asked, CancellationToken ct)
    {
        if (search.Space is SparseSpace && found.Any(point => point.Score == 0))
        {
            return await CutWithoutZerosAsync(collection, search, found, limit, asked, ct);
        }

        if (found.Count >= asked && found.Count > limit && found[^1].Score >= found[limit - 1].Score)
        {
            // The answer ends within those that score as the last one to be returned: some of them may be missing, with smaller ids.
            var last = found[limit - 1].Score;
            var all = await AllFromAsync(collection, search, last, options.MaxTies, ct);
            return await WithPayloadsAsync(collection, search, Ordered(all).Take(limit), found, ct);
        }

        return [.. Ordered(found).Take(limit).Select(point => ToHit(search, point))];
    }

    /// <summary>
    /// Of points whose products with a sparse query add up to zero the server finds some and leaves out others, by the way that it searches.
    /// Here none is found, and none takes the place of one with a score below zero.
    /// </summary>
    private async Task<IReadOnlyList<IndexHit>> CutWithoutZerosAsync(
        string collection, Search search, IReadOnlyList<ScoredPoint> found, int limit, int asked, CancellationToken ct)
    {
        var all = found.Count < asked || found.Count(point => point.Score > 0) >= limit
            ? found
            : await AllFromAsync(collection, search, float.MinValue, int.MaxValue, ct);
        return await WithPayloadsAsync(collection, search, Ordered(all.Where(point => point.Score != 0)).Take(limit), found, ct);
    }

    /// <summary>Every point with at least a score, or <paramref name="most"/> of them; without payloads.</summary>
    private async Task<IReadOnlyList<ScoredPoint>> AllFromAsync(string collection, Search search, float least, int most, CancellationToken ct)
    {
        // Whether the server's threshold is itself good enough differs between versions; a float below it always is.
        var query = search.Query with { ScoreThreshold = least == float.MinValue ? null : MathF.BitDecrement(least), WithPayload = false };
        for (long limit = FirstLimit; ; limit *= Growth)
        {
            var asked = await BoundedAsync(collection, (int)Math.Min(limit, most), ct) + 1;
            var found = await requests.QueryAsync(collection, query with { Limit = asked }, ct);
            if (found.Count < asked || limit >= most)
            {
                return [.. found.Where(point => point.Score >= least)];
            }
        }
    }

    /// <summary>Adds the payloads: those that are known already, and the others by their ids. Points that are gone by now are left out.</summary>
    private async Task<IReadOnlyList<IndexHit>> WithPayloadsAsync(
        string collection, Search search, IEnumerable<ScoredPoint> points, IReadOnlyList<ScoredPoint> known, CancellationToken ct)
    {
        var ordered = Ordered(points).ToList();
        var payloads = known.ToDictionary(point => point.Id, point => point.Payload);
        foreach (var chunk in ordered.Where(point => !payloads.ContainsKey(point.Id)).Select(point => point.Id).Chunk(options.BatchSize))
        {
            foreach (var point in await requests.GetAsync(collection, chunk, withVector: false, withPayload: true, ct))
            {
                payloads[point.Id] = point.Payload;
            }
        }

        return
        [
            .. from point in ordered
               where payloads.ContainsKey(point.Id)
               select ToHit(search, point with { Payload = payloads[point.Id] }),
        ];
    }

    private async Task<int> BoundedAsync(string collection, int limit, CancellationToken ct) => limit < LargeLimit
        ? limit
        : (int)Math.Clamp(await requests.CountAsync(collection, null, ct), 1, limit);

    private Search Prepare(
        QdrantSpaces spaces, string name, VectorValue vector, PayloadFilter? filter, IReadOnlyCollection<Guid>? among)
    {
        var space = spaces.Space(name);
        var query = new Query
        {
            Vector = QdrantPoints.ToWire(space, vector),
            Using = name,
            Limit = 1,
            Filter = QdrantPoints.ToWire(filter, among),
            Params = Params(space, spaces, isAmongFew: among is not null),
            WithPayload = true,
        };
        return new Search(space, query);
    }

    private SearchParams? Params(VectorSpace space, QdrantSpaces spaces, bool isAmongFew) => space switch
    {
        // Inverted lists are exact.
        SparseSpace => null,

        // All copies are compared, and a copy says what its vector says: there is nothing to be read from disk.
        CodeSpace code when spaces.Scanned.Contains(code.Name) => new SearchParams { Quantization = new QuantizationSearch { Rescore = false } },

        // Points that were chosen before are compared exactly whatever the setting: that is what they were chosen for, and they are few.
        DenseSpace when !options.Exact && !isAmongFew => options.SearchWidth == 0 ? null : new SearchParams { HnswEf = options.SearchWidth },
        _ => new SearchParams { Exact = true },
    };

    /// <summary>Nothing can be found: no points to choose from, or a sparse query that shares no index with anything.</summary>
    private static bool IsEmpty(IndexQuery query) => query is { Among.Count: 0 } or { Vector: SparseVector { Indices.Length: 0 } };

    private static IEnumerable<ScoredPoint> Ordered(IEnumerable<ScoredPoint> points) =>
        points.OrderByDescending(point => point.Score).ThenBy(point => point.Id);

    private static IndexHit ToHit(Search search, ScoredPoint point) =>
        new(point.Id, search.Space is CodeSpace code ? (point.Score - code.Bits) / 2 : point.Score, QdrantPoints.FromWire(point.Payload));

    private readonly record struct Search(VectorSpace Space, Query Query);
}
