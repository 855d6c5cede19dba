using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Queries;
using Pipeline.Indexing.Verdicts;
using Pipeline.Messaging;
using Pipeline.VectorIndex;

namespace Pipeline.Indexing.Search;

/// <summary>
/// Answers a search: the query's features, candidates from the index, exact re-ranking, geometric re-ranking.
/// </summary>
public sealed class ImageSearch(
    Generations generations,
    CollectionCatalog collections,
    ImageCatalog images,
    QueryReader queries,
    CandidateSearch candidates,
    GeometricReranker reranker,
    Microsoft.Extensions.Options.IOptions<SearchOptions> options)
{
    /// <summary>How often a search begins anew because its vocabulary, encoder or model was replaced meanwhile.</summary>
    private const int Attempts = 3;

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
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            if (await GenerationAsync(request, isFirst: attempt == 1, ct) is not { } generation)
            {
                return request.ImageId is null
                    ? new SearchResults { Hits = [], TimingsMs = clock.Stop() }
                    : throw new PermanentException(RefusalReasons.UnknownImage, "The query image is not in the index.");
            }

            if (await FindAsync(request, generation, clock, ct) is { } found && await IsStillAsync(request, generation, ct))
            {
                return await AnswerAsync(request, generation, found.Query, found.Hits, clock, ct);
            }
        }

        throw request.Mode switch
        {
            SearchModes.Hash => new PermanentException(RefusalReasons.EncoderChanging, "The collection is getting another encoder at this moment."),
            SearchModes.Sift or SearchModes.Fused => NoVocabulary("The collection is getting another vocabulary at this moment."),
            _ => new PermanentException(RefusalReasons.ModelChanging, "The collection is getting another model at this moment."),
        };
    }

    private async Task<(SearchQuery Query, IReadOnlyList<SearchHit> Hits)?> FindAsync(
        SearchImages request, Generation generation, StepClock clock, CancellationToken ct)
    {
        try
        {
            var query = await queries.ReadAsync(request, generation, clock, ct);
            return (query, await clock.TimeAsync("index", () => candidates.FindAsync(request, generation, query, ct)));
        }
        catch (CollectionNotFoundException)
        {
            // The time of the encoder or the model is over, and its index is gone already.
            return null;
        }
    }

    /// <summary>
    /// Words of two vocabularies have nothing in common, nor have codes of two encoders: an answer counts only if none took another's place
    /// meanwhile. Embeddings of two models do not meet: query and index are of one generation, whether or not another serves by now.
    /// </summary>
    private async Task<bool> IsStillAsync(SearchImages request, Generation generation, CancellationToken ct)
    {
        if (!NeedsCurrent(request.Mode))
        {
            return true;
        }

        var now = await generations.CurrentAsync(request.Collection, ct);
        return request.Mode == SearchModes.Hash
            ? now?.EncoderVersion == generation.EncoderVersion
            : now?.VocabularyVersion == generation.VocabularyVersion;
    }

    private static bool NeedsCurrent(string mode) => mode == SearchModes.Hash || QueryReader.NeedsWords(mode);

    private async Task<SearchResults> AnswerAsync(
        SearchImages request, Generation generation, SearchQuery query, IReadOnlyList<SearchHit> hits, StepClock clock, CancellationToken ct)
    {
        var judged = await JudgedHits.ReadAsync(images, request.Collection, query.ImageId, ct);
        hits = request.Rerank == RerankModes.Geometric
            ? await clock.TimeAsync("rerank", () => reranker.RerankAsync(request, hits, judged, ct))
            : [.. hits.Select(judged.Apply)];

        return new SearchResults
        {
            Hits = hits,
            TimingsMs = clock.Stop(),
            ModelVersion = generation.ModelVersion,
            EncoderVersion = query.Code is null ? null : generation.EncoderVersion,
            VocabularyVersion = QueryReader.NeedsWords(request.Mode) ? generation.VocabularyVersion : null,
        };
    }

    private async Task<Generation?> GenerationAsync(SearchImages request, bool isFirst, CancellationToken ct)
    {
        var generation = NeedsCurrent(request.Mode) || !isFirst
            ? await generations.CurrentAsync(request.Collection, ct)
            : await generations.FindAsync(request.Collection, ct);
        return generation is { VocabularyVersion: not null } || !QueryReader.NeedsWords(request.Mode)
            ? generation
            : throw NoVocabulary("The collection has no vocabulary of visual words yet.");
    }

    private static PermanentException NoVocabulary(string detail) => new(RefusalReasons.NoVocabulary, detail);
}
