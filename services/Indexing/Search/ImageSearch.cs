using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Queries;
using Pipeline.Messaging;
using Pipeline.VectorIndex;

namespace Pipeline.Indexing.Search;

/// <summary>
/// Answers a search: the query's features, candidates from the index, exact re-ranking, geometric re-ranking.
/// </summary>
public sealed class ImageSearch(
    Generations generations,
    CollectionCatalog collections,
    IVectorIndex index,
    QuerySteps steps,
    GeometricReranker reranker,
    IOptions<SearchOptions> options)
{
    /// <summary>Answers a search.</summary>
    /// <exception cref="PermanentException">The request cannot be answered, and never will be.</exception>
    public async Task<SearchResults> SearchAsync(SearchImages request, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        SearchValidator.Check(request, options.Value);
        if (await collections.GetAsync(request.Collection, ct) is null)
        {
            throw new PermanentException(RejectionReasons.UnknownCollection, $"There is no collection '{request.Collection}'.");
        }

        var clock = new StepClock();
        if (await generations.FindAsync(request.Collection, ct) is not { } generation)
        {
            return request.ImageId is null
                ? new SearchResults { Hits = [], TimingsMs = clock.Stop() }
                : throw UnknownImage();
        }

        var query = await QueryAsync(request, generation, clock, ct);
        var hits = await clock.TimeAsync("index", () => CandidatesAsync(request, generation, query, ct));
        if (request.Rerank == RerankModes.Geometric)
        {
            hits = await clock.TimeAsync("rerank", () => reranker.RerankAsync(request, hits, ct));
        }

        return new SearchResults
        {
            Hits = hits,
            TimingsMs = clock.Stop(),
            ModelVersion = generation.ModelVersion,
            EncoderVersion = query.Code is null ? null : generation.EncoderVersion,
        };
    }

    private async Task<Query> QueryAsync(SearchImages request, Generation generation, StepClock clock, CancellationToken ct)
    {
        var hash = request.Mode == SearchModes.Hash;
        if (request.ImageId is { } imageId)
        {
            var points = await clock.TimeAsync("features", () => index.GetAsync(generation.IndexName(request.Collection), [imageId], ct));
            return points is [var point] && point.Payload.Tenant == request.Tenant
                ? new Query(
                    imageId,
                    ((DenseVector)point.Vectors[IndexSpaces.Cnn]).Values,
                    hash ? ((BinaryCode)point.Vectors[IndexSpaces.Hash]).Bytes : null)
                : throw UnknownImage();
        }

        var features = await clock.TimeAsync("features", () => steps.ExtractAsync(new ExtractQueryFeatures { Image = request.Image! }, ct));
        RequireVersion(features.ModelVersion, generation.ModelVersion);
        byte[]? code = null;
        if (hash)
        {
            var encoded = await clock.TimeAsync(
                "encode", () => steps.EncodeAsync(new EncodeQuery { Embedding = features.Embedding, ModelVersion = features.ModelVersion }, ct));
            RequireVersion(encoded.EncoderVersion, generation.EncoderVersion);
            code = encoded.Code;
        }

        return new Query(ImageIdentity.Create(request.Collection, request.Tenant, features.ContentHash), features.Embedding, code);
    }

    private async Task<IReadOnlyList<SearchHit>> CandidatesAsync(SearchImages request, Generation generation, Query query, CancellationToken ct)
    {
        var name = generation.IndexName(request.Collection);
        var filter = new PayloadFilter { Tenant = request.Tenant, AllLabels = request.Labels };
        if (query.Code is null)
        {
            var exact = await index.SearchAsync(
                name, new IndexQuery { Space = IndexSpaces.Cnn, Vector = new DenseVector(query.Embedding), Limit = request.Limit, Filter = filter }, ct);
            return [.. exact.Select(hit => ToHit(hit, query, hammingDistance: null))];
        }

        var depth = options.Value.HashCandidates;
        var nearest = await index.SearchAsync(
            name,
            new IndexQuery { Space = IndexSpaces.Hash, Vector = new BinaryCode(query.Code), Limit = Math.Max(request.Limit, depth), Filter = filter },
            ct);
        if (nearest.Count == 0)
        {
            return [];
        }

        var distances = nearest.Select((hit, rank) => (hit.Id, Distance: (int)-hit.Score, Rank: rank)).ToDictionary(h => h.Id);
        var rescored = await index.SearchAsync(
            name,
            new IndexQuery { Space = IndexSpaces.Cnn, Vector = new DenseVector(query.Embedding), Limit = nearest.Count, Among = distances.Keys },
            ct);

        // The nearest by code are ordered exactly; whoever asks for more gets the rest in Hamming order behind them.
        var head = rescored.Where(hit => distances[hit.Id].Rank < depth);
        var tail = rescored.Where(hit => distances[hit.Id].Rank >= depth).OrderBy(hit => distances[hit.Id].Rank);
        return [.. head.Concat(tail).Take(request.Limit).Select(hit => ToHit(hit, query, distances[hit.Id].Distance))];
    }

    private static SearchHit ToHit(IndexHit hit, Query query, int? hammingDistance) => new()
    {
        ImageId = hit.Id,
        ExternalIds = hit.Payload.ExternalIds,
        Labels = hit.Payload.Labels,
        Score = hit.Score,
        HammingDistance = hammingDistance,
        Match = hit.Id == query.ImageId ? MatchKinds.Duplicate : MatchKinds.Similar,
    };

    private static void RequireVersion(string actual, string expected)
    {
        if (actual != expected)
        {
            throw new PermanentException(RefusalReasons.VersionMismatch, $"The collection serves {expected}; the query was made with {actual}.");
        }
    }

    private static PermanentException UnknownImage() => new(RefusalReasons.UnknownImage, "The query image is not in the index.");

    /// <summary>A query in feature space.</summary>
    private sealed record Query(Guid ImageId, float[] Embedding, byte[]? Code);
}
