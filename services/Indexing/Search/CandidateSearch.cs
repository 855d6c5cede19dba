using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Contracts.Queries;
using Pipeline.Messaging;
using Pipeline.Neighbours;
using Pipeline.Neighbours.Fusion;
using Pipeline.VectorIndex;

namespace Pipeline.Indexing.Search;

/// <summary>Finds a query's candidates in the index, by the mode of the search.</summary>
public sealed class CandidateSearch(IVectorIndex index, IOptions<SearchOptions> options, IOptions<FusionOptions> fusion)
{
    /// <summary>The best images, best first.</summary>
    /// <param name="request">The request.</param>
    /// <param name="generation">What serves the collection.</param>
    /// <param name="query">The query.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="PermanentException">In mode <c>cie</c>: nothing is embedded yet.</exception>
    public Task<IReadOnlyList<SearchHit>> FindAsync(SearchImages request, Generation generation, SearchQuery query, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(generation);
        ArgumentNullException.ThrowIfNull(query);
        var name = generation.IndexName(request.Collection);
        var filter = new PayloadFilter { Tenant = request.Tenant, AllLabels = request.Labels };
        return request.Mode switch
        {
            SearchModes.Hash => ByCodeAsync(request, generation, query, filter, ct),
            SearchModes.Sift => InAsync(IndexSpaces.Sift, query.Words!, request, name, query, filter, ct),
            SearchModes.Cie => EmbeddedAsync(request, name, query, filter, ct),
            SearchModes.Fused => FusedAsync(request, name, query, filter, ct),
            _ => InAsync(IndexSpaces.Cnn, new DenseVector(query.Embedding!), request, name, query, filter, ct),
        };
    }

    private async Task<IReadOnlyList<SearchHit>> InAsync(
        string space, VectorValue vector, SearchImages request, string name, SearchQuery query, PayloadFilter filter, CancellationToken ct)
    {
        var hits = await index.SearchAsync(name, new IndexQuery { Space = space, Vector = vector, Limit = request.Limit, Filter = filter }, ct);
        return [.. hits.Select(hit => ToHit(hit, query))];
    }

    private async Task<IReadOnlyList<SearchHit>> ByCodeAsync(SearchImages request, Generation generation, SearchQuery query, PayloadFilter filter, CancellationToken ct)
    {
        var depth = options.Value.HashCandidates;
        var nearest = await index.SearchAsync(
            generation.CodeIndexName(request.Collection, generation.EncoderVersion),
            new IndexQuery { Space = IndexSpaces.Hash, Vector = new BinaryCode(query.Code!), Limit = Math.Max(request.Limit, depth), Filter = filter },
            ct);
        if (nearest.Count == 0)
        {
            return [];
        }

        var distances = nearest.Select((hit, rank) => (hit.Id, Distance: (int)-hit.Score, Rank: rank)).ToDictionary(h => h.Id);
        var rescored = await index.SearchAsync(
            generation.IndexName(request.Collection),
            new IndexQuery { Space = IndexSpaces.Cnn, Vector = new DenseVector(query.Embedding!), Limit = nearest.Count, Among = distances.Keys },
            ct);

        // The nearest by code are ordered exactly; whoever asks for more gets the rest in Hamming order behind them.
        var head = rescored.Where(hit => distances[hit.Id].Rank < depth);
        var tail = rescored.Where(hit => distances[hit.Id].Rank >= depth).OrderBy(hit => distances[hit.Id].Rank);
        return [.. head.Concat(tail).Take(request.Limit).Select(hit => ToHit(hit, query) with { HammingDistance = distances[hit.Id].Distance })];
    }

    /// <summary>The embedded index holds what both spaces see; the query brings its CNN embedding alone.</summary>
    private async Task<IReadOnlyList<SearchHit>> EmbeddedAsync(SearchImages request, string name, SearchQuery query, PayloadFilter filter, CancellationToken ct)
    {
        var vector = ToSparse(query.Embedding);
        var hits = await InAsync(IndexSpaces.Cie, vector, request, name, query, filter, ct);
        if (hits.Count == 0 && (await index.SearchAsync(name, new IndexQuery { Space = IndexSpaces.Cie, Vector = vector, Limit = 1 }, ct)).Count == 0)
        {
            throw new PermanentException(RefusalReasons.NotEmbedded, "No image of the collection is embedded yet.");
        }

        return hits;
    }

    private async Task<IReadOnlyList<SearchHit>> FusedAsync(SearchImages request, string name, SearchQuery query, PayloadFilter filter, CancellationToken ct)
    {
        var spaces = SpacesOf(query);
        var depth = Math.Max(request.Limit, options.Value.FusionCandidates);
        var found = new Dictionary<Guid, IndexHit>();
        foreach (var (space, vector, _) in spaces)
        {
            foreach (var hit in await index.SearchAsync(name, new IndexQuery { Space = space, Vector = vector, Limit = depth, Filter = filter }, ct))
            {
                found[hit.Id] = hit;
            }
        }

        // What one space found is looked up in the others too: a list that is cut off must not count as "not similar at all".
        var lists = new Dictionary<string, RankedList<Guid>>();
        foreach (var (space, vector, weight) in spaces.Where(_ => found.Count > 0))
        {
            var hits = await index.SearchAsync(name, new IndexQuery { Space = space, Vector = vector, Limit = found.Count, Among = found.Keys }, ct);
            lists[space] = new RankedList<Guid>(weight, [.. hits.Select(hit => (hit.Id, hit.Score))]);
        }

        // An image that is not embedded yet would sink below all that are. Embedding begins with the CNN vector, so that stands in for it.
        if (lists.TryGetValue(IndexSpaces.Cie, out var embedded))
        {
            lists[IndexSpaces.Cie] = embedded.CompletedBy(lists[IndexSpaces.Cnn].Hits);
        }

        return [.. LateFusion.Fuse([.. lists.Values], request.Limit).Select(item => ToHit(found[item.Item], query) with { Score = item.Score })];
    }

    /// <summary>The spaces in which a query can be compared.</summary>
    private List<(string Space, VectorValue Vector, double Weight)> SpacesOf(SearchQuery query)
    {
        var spaces = new List<(string, VectorValue, double)>();
        if (query.Embedding is { } embedding)
        {
            spaces.Add((IndexSpaces.Cnn, new DenseVector(embedding), fusion.Value.CnnWeight));
            spaces.Add((IndexSpaces.Cie, ToSparse(embedding), fusion.Value.CieWeight));
        }

        if (query.Words is { Indices.Length: > 0 } words)
        {
            spaces.Add((IndexSpaces.Sift, words, fusion.Value.SiftWeight));
        }

        return spaces;
    }

    /// <summary>An embedding as a query to the embedded vectors.</summary>
    private static SparseVector ToSparse(float[]? embedding)
    {
        var row = SparseRow.FromDense(embedding);
        return new SparseVector(row.Indices, row.Values);
    }

    private static SearchHit ToHit(IndexHit hit, SearchQuery query) => new()
    {
        ImageId = hit.Id,
        ExternalIds = hit.Payload.ExternalIds,
        Labels = hit.Payload.Labels,
        Score = hit.Score,
        Match = hit.Id == query.ImageId ? MatchKinds.Duplicate : MatchKinds.Similar,
    };
}
