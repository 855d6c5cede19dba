using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Contracts.Queries;
using Pipeline.Indexing;
using Pipeline.Indexing.Search;
using Pipeline.Messaging;
using Pipeline.Neighbours.Fusion;
using Pipeline.Tests.Unit.VectorIndex;
using Pipeline.VectorIndex;
using Xunit;

namespace Pipeline.Tests.Unit.Indexing;

/// <summary>What each mode finds, of images that have all, some or other features.</summary>
public sealed class CandidateSearchTests : IAsyncLifetime
{
    private const string Name = "shop-g1";
    private const string Codes = "shop-g1.h";
    private static readonly Generation Served = new() { Number = 1, ModelVersion = "c", Dimensions = 2, EncoderVersion = "h", Bits = 8 };
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly Guid Whole = Guid.Parse("00000000-0000-0000-0000-000000000001");
    private static readonly Guid WithoutWords = Guid.Parse("00000000-0000-0000-0000-000000000002");
    private static readonly Guid WordsAlone = Guid.Parse("00000000-0000-0000-0000-000000000003");
    private readonly IndexDirectory _directory = new();

    public async Task InitializeAsync()
    {
        await _directory.Index.EnsureCollectionAsync(Name, IndexSpaces.SchemaOf(Served));
        await _directory.Index.EnsureCollectionAsync(Codes, IndexSpaces.SchemaOf(Served.Encoders().Single()));
        await _directory.Index.UpsertAsync(
            Name,
            [
                Point(Whole, (IndexSpaces.Cnn, new DenseVector([0.6f, 0.8f])), (IndexSpaces.Sift, new SparseVector([3], [1]))),
                Point(WithoutWords, (IndexSpaces.Cnn, new DenseVector([1, 0]))),
                Point(WordsAlone, (IndexSpaces.Sift, new SparseVector([3, 9], [0.6f, 0.8f]))),
            ]);
        await _directory.Index.UpsertAsync(
            Codes, [Point(Whole, (IndexSpaces.Hash, new BinaryCode([0]))), Point(WithoutWords, (IndexSpaces.Hash, new BinaryCode([1])))]);
    }

    public async Task DisposeAsync() => await _directory.DisposeAsync();

    [Fact]
    public async Task Mode_sift_finds_by_words_and_nothing_without_any()
    {
        Assert.Equal([(Whole, 1), (WordsAlone, 0.6)], await FindAsync(SearchModes.Sift, words: [3]));
        Assert.Empty(await FindAsync(SearchModes.Sift, words: [8]));
        Assert.Empty(await FindAsync(SearchModes.Sift, words: []));
    }

    [Theory]
    [InlineData(SearchModes.Cnn)]
    [InlineData(SearchModes.Hash)]
    public async Task Modes_of_the_cnn_pass_over_images_of_words_alone(string mode) =>
        Assert.Equal([(WithoutWords, 1), (Whole, 0.6)], await FindAsync(mode));

    [Fact]
    public async Task Mode_fused_adds_up_what_both_spaces_say_and_an_image_missing_in_one_counts_nothing_there()
    {
        Assert.Equal([(Whole, 0.6 + (2 * 1)), (WordsAlone, 2 * 0.6), (WithoutWords, 1)], await FindAsync(SearchModes.Fused, words: [3]));
        Assert.Equal([(WithoutWords, 1), (Whole, 0.6)], await FindAsync(SearchModes.Fused, words: []));
    }

    [Fact]
    public async Task Mode_fused_looks_up_in_each_space_what_only_the_other_found()
    {
        // With room for one candidate a space, the embedding finds one image and the words another.
        Assert.Equal([(Whole, 0.6 + (2 * 1))], await FindAsync(SearchModes.Fused, words: [3], limit: 1, candidates: 1));
    }

    [Fact]
    public async Task In_mode_fused_the_embedding_stands_in_for_the_embedded_vector_of_an_image_that_has_none_yet()
    {
        // Before any image is embedded, the CNN counts once for itself and once for what embedding begins with.
        Assert.Equal(
            [(Whole, 4.4), (WithoutWords, 4), (WordsAlone, 1.2)], await FindAsync(SearchModes.Fused, words: [3], cieWeight: 3));

        await EmbedAsync(Whole, 0.8f, 0.6f);

        Assert.Equal(
            [(Whole, 5), (WithoutWords, 4), (WordsAlone, 1.2)],
            await FindAsync(SearchModes.Fused, words: [3], cieWeight: 3));
        Assert.Equal([(WordsAlone, 1.6)], await FindAsync(SearchModes.Fused, words: [9], cieWeight: 3, hasEmbedding: false));
    }

    [Fact]
    public async Task Mode_fused_finds_what_only_the_embedded_vectors_know()
    {
        await EmbedAsync(WithoutWords, 0.6f, -0.8f);
        await EmbedAsync(Whole, 1, 0);

        // With room for one candidate a space, the CNN alone would never have brought the other image.
        Assert.Equal([(Whole, 3.6)], await FindAsync(SearchModes.Fused, words: [], limit: 1, candidates: 1, cieWeight: 3));
    }

    [Fact]
    public async Task Mode_cie_compares_the_embedding_with_embedded_vectors_and_is_refused_while_there_are_none()
    {
        var refused = await Assert.ThrowsAsync<PermanentException>(() => FindAsync(SearchModes.Cie));
        Assert.Equal(RefusalReasons.NotEmbedded, refused.Reason);

        await EmbedAsync(Whole, 0.8f, 0.6f);

        Assert.Equal([(Whole, 0.8)], await FindAsync(SearchModes.Cie));
        Assert.Empty(await FindAsync(SearchModes.Cie, tenant: "another"));
    }

    private Task EmbedAsync(Guid id, params float[] values) => _directory.Index.SetVectorsAsync(
        Name, [new VectorUpdate { Id = id, Vectors = new Dictionary<string, VectorValue?> { [IndexSpaces.Cie] = new SparseVector([0, 1], values) } }]);

    private async Task<IEnumerable<(Guid, double)>> FindAsync(
        string mode, uint[]? words = null, int limit = 10, int candidates = 100, string tenant = "default", double cieWeight = 0, bool hasEmbedding = true)
    {
        var search = new CandidateSearch(
            _directory.Index,
            Options.Create(new SearchOptions { FusionCandidates = candidates }),
            Options.Create(new FusionOptions { CnnWeight = 1, SiftWeight = 2, CieWeight = cieWeight }));
        var query = new SearchQuery(Guid.NewGuid())
        {
            Embedding = hasEmbedding ? [1, 0] : null,
            Code = [1],
            Words = words is null ? null : new SparseVector(words, [.. words.Select(_ => 1f)]),
        };
        var hits = await search.FindAsync(new SearchImages { Collection = "shop", Tenant = tenant, Mode = mode, Limit = limit }, Served, query, None);
        return hits.Select(hit => (hit.ImageId, Math.Round(hit.Score, 4)));
    }

    private static IndexPoint Point(Guid id, params (string Space, VectorValue Vector)[] vectors) => new()
    {
        Id = id,
        Vectors = vectors.ToDictionary(v => v.Space, v => v.Vector),
        Payload = new IndexPayload { Tenant = "default" },
    };
}
