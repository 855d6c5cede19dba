using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Queries;
using Pipeline.Messaging;
using Pipeline.VectorIndex;

namespace Pipeline.Indexing.Search;

/// <summary>Gets a query's features: of a picture by asking the services that compute them, of an image from the index.</summary>
public sealed class QueryReader(IVectorIndex index, QuerySteps steps)
{
    /// <summary>The query of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="generation">The serving generation, whose versions the features must have.</param>
    /// <param name="clock">Times the steps.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="PermanentException">There is no such image, it lacks what the mode compares, or the picture is refused.</exception>
    public Task<SearchQuery> ReadAsync(SearchImages request, Generation generation, StepClock clock, CancellationToken ct) =>
        request.ImageId is { } imageId
            ? clock.TimeAsync("features", () => StoredAsync(request, imageId, generation, ct))
            : ComputedAsync(request, generation, clock, ct);

    private async Task<SearchQuery> StoredAsync(SearchImages request, Guid imageId, Generation generation, CancellationToken ct)
    {
        if (await index.GetAsync(generation.IndexName(request.Collection), [imageId], ct) is not [var point] || point.Payload.Tenant != request.Tenant)
        {
            throw UnknownImage("The query image is not in the index.");
        }

        var query = new SearchQuery(imageId)
        {
            Embedding = point.Vectors.TryGetValue(IndexSpaces.Cnn, out var cnn) ? ((DenseVector)cnn).Values : null,
            Code = request.Mode == SearchModes.Hash ? await StoredCodeAsync(request, imageId, generation, ct) : null,
            Words = point.Vectors.TryGetValue(IndexSpaces.Sift, out var words) ? (SparseVector)words : new SparseVector([], []),
        };

        // An image that only the other branch could read. Without words it is like a picture without structure, which finds nothing.
        return query.Embedding is null && NeedsEmbedding(request.Mode) && (request.Mode != SearchModes.Fused || query.Words.Indices.Length == 0)
            || (request.Mode == SearchModes.Hash && query.Code is null)
                ? throw UnknownImage("The query image has no CNN features.")
                : query;
    }

    private async Task<byte[]?> StoredCodeAsync(SearchImages request, Guid imageId, Generation generation, CancellationToken ct) =>
        await index.GetAsync(generation.CodeIndexName(request.Collection, generation.EncoderVersion), [imageId], ct) is [var point]
            ? ((BinaryCode)point.Vectors[IndexSpaces.Hash]).Bytes
            : null;

    private async Task<SearchQuery> ComputedAsync(SearchImages request, Generation generation, StepClock clock, CancellationToken ct)
    {
        // Side by side: they are computed by different services.
        var cnn = NeedsEmbedding(request.Mode) ? EmbeddingAsync(request, generation, clock, ct) : null;
        var sift = NeedsWords(request.Mode) ? WordsAsync(request, generation, clock, ct) : null;
        await Task.WhenAll(new Task?[] { cnn, sift }.OfType<Task>());
        var features = cnn is null ? null : await cnn;
        var words = sift is null ? null : await sift;
        return new SearchQuery(ImageIdentity.Create(request.Collection, request.Tenant, (features?.ContentHash ?? words?.ContentHash)!))
        {
            Embedding = features?.Embedding,
            Code = request.Mode == SearchModes.Hash ? await CodeAsync(features!, generation, clock, ct) : null,
            Words = words is null ? null : new SparseVector(words.Indices, words.Values),
        };
    }

    private async Task<QueryFeatures> EmbeddingAsync(SearchImages request, Generation generation, StepClock clock, CancellationToken ct)
    {
        var features = await clock.TimeAsync("features", () => steps.ExtractAsync(new ExtractQueryFeatures { Image = request.Image!, ModelVersion = generation.QueryModel }, ct));
        RequireVersion(features.ModelVersion, generation.QueryModel);
        return features;
    }

    private async Task<QueryWords> WordsAsync(SearchImages request, Generation generation, StepClock clock, CancellationToken ct)
    {
        var vocabulary = generation.VocabularyVersion!;
        var words = await clock.TimeAsync(
            "words", () => steps.ExtractWordsAsync(new ExtractQueryWords { Image = request.Image!, VocabularyVersion = vocabulary }, ct));
        RequireVersion(words.VocabularyVersion, vocabulary);
        return words;
    }

    private async Task<byte[]> CodeAsync(QueryFeatures features, Generation generation, StepClock clock, CancellationToken ct)
    {
        var encoded = await clock.TimeAsync(
            "encode", () => steps.EncodeAsync(new EncodeQuery { Embedding = features.Embedding, ModelVersion = features.ModelVersion, EncoderVersion = generation.EncoderVersion }, ct));
        RequireVersion(encoded.EncoderVersion, generation.EncoderVersion);
        return encoded.Code;
    }

    /// <summary>Whether a mode compares visual words.</summary>
    public static bool NeedsWords(string mode) => mode is SearchModes.Sift or SearchModes.Fused;

    private static bool NeedsEmbedding(string mode) => mode != SearchModes.Sift;

    private static void RequireVersion(string actual, string expected)
    {
        if (actual != expected)
        {
            throw new PermanentException(RefusalReasons.VersionMismatch, $"The collection serves {expected}; the query was made with {actual}.");
        }
    }

    private static PermanentException UnknownImage(string detail) => new(RefusalReasons.UnknownImage, detail);
}
