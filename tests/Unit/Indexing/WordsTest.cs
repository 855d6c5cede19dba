using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Indexing;
using Pipeline.Indexing.Words;
using Pipeline.Neighbours;
using Pipeline.Onnx;
using Pipeline.Tests.Unit.Catalog;
using Pipeline.Tests.Unit.VectorIndex;
using Pipeline.VectorIndex;
using Xunit;

namespace Pipeline.Tests.Unit.Indexing;

/// <summary>A class of tests of visual words, each with an image that is indexed and a collection without a vocabulary.</summary>
public abstract class WordsTest : IAsyncLifetime
{
    private protected const string Collection = CatalogFixture.Collection;
    private protected static readonly CancellationToken None = CancellationToken.None;
    private readonly IndexDirectory _directory = new();
    private readonly IndexWrites _writes = new();

    private protected CatalogFixture Catalog { get; } = new();

    private protected Guid Image { get; } = Guid.NewGuid();

    private protected IVectorIndex Index => _directory.Index;

    private protected Generations Generations { get; private set; } = null!;

    private protected ImageIndexer Indexer { get; private set; } = null!;

    private protected VocabularyChange Change { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await Catalog.Collections.CreateAsync(Collection, None);
        (Generations, Indexer, Change) = Over(Index);
        await LiveAsync(Image);
    }

    public async Task DisposeAsync()
    {
        _writes.Dispose();
        await _directory.DisposeAsync();
        await Catalog.DisposeAsync();
    }

    private protected (Generations, ImageIndexer, VocabularyChange) Over(IVectorIndex index)
    {
        var generations = new Generations(Catalog.Collections, index);
        var indexer = new ImageIndexer(Catalog.Images, generations, index, _writes, Catalog.Blobs, TimeProvider.System);
        return (generations, indexer, new VocabularyChange(
            Catalog.Collections, Catalog.Vocabularies, Catalog.Images, generations, index, _writes, NullLogger<VocabularyChange>.Instance));
    }

    private protected Task AcceptAsync(Guid image, int life, string? name = null)
    {
        var upload = Guid.NewGuid();
        return Catalog.Uploads.AcceptAsync(upload, CatalogFixture.Upload(upload, name ?? $"life {life}"), CatalogFixture.Content(image), life, None);
    }

    private protected Task SiftAsync(Guid image, int life) =>
        Indexer.SettleAsync(Collection, image, life, Stages.Sift, new() { Done = true, Version = "s", FeatureKey = "s" }, None);

    private protected async Task LiveAsync(Guid image, int life = 1, string? name = null)
    {
        await AcceptAsync(image, life, name);
        await SiftAsync(image, life);
        await Indexer.SettleAsync(Collection, image, life, Stages.Hash, new() { Done = true, Version = "h", Code = new byte[8] }, None);
        var key = BlobKeys.Cnn(Collection, image, life, "c");
        await Catalog.Blobs.PutAsync(key, new CnnFeatures(new float[] { 1, 0 }, Array.Empty<Half>(), []).Serialize(), None);
        await Indexer.SettleAsync(Collection, image, life, Stages.Cnn, new() { Done = true, Version = "c", FeatureKey = key }, None);
    }

    private protected Task DeleteAsync(int life) =>
        new ImageDeletion(Catalog.Images, Indexer, Catalog.Blobs, Catalog.References, Catalog.Manifests, Catalog.Restoration, Catalog.Verdicts)
            .DeleteAsync(new() { Collection = Collection, ImageId = Image, Incarnation = life }, None);

    private protected Task<ImageRecord?> WordsAsync(string vocabulary, params uint[] words) => WordsAsync(vocabulary, Image, 1, words);

    private protected Task<ImageRecord?> WordsAsync(string vocabulary, Guid image, int life, params uint[] words) => SettleWordsAsync(Indexer, vocabulary, image, life, words);

    private protected async Task<ImageRecord?> SettleWordsAsync(ImageIndexer indexer, string vocabulary, Guid image, int life, params uint[] words)
    {
        var key = BlobKeys.Words(Collection, image, life, vocabulary);
        await Catalog.Blobs.PutAsync(key, SparseRowFormat.Serialize(new SparseRow(words, [.. words.Select(_ => 1f)])), None);
        return await indexer.SettleWordsAsync(
            new VisualWordsExtracted { Collection = Collection, ImageId = image, Incarnation = life, WordsKey = key, VocabularyVersion = vocabulary, Words = words.Length }, None);
    }

    private protected Task EmbedAsync(string? vocabulary, int life = 1, string model = "c", Guid? image = null, uint entry = 1, int second = 0) => Indexer.EmbedAsync(
        new IndexVectorEmbedded
        {
            Collection = Collection,
            ImageId = image ?? Image,
            Incarnation = life,
            Indices = [entry],
            Values = [1],
            MadeAt = DateTimeOffset.UnixEpoch.AddSeconds(second),
            ModelVersion = model,
            VocabularyVersion = vocabulary,
        },
        None);

    private protected static Generation Serving(string vocabulary) =>
        new() { Number = 1, ModelVersion = "c", Dimensions = 2, EncoderVersion = "h", Bits = 64, VocabularyVersion = vocabulary };

    private protected static VocabularyPublished Published(string version) =>
        new() { Collection = Collection, VocabularyVersion = version, Words = 10, CorrelationId = Guid.NewGuid() };

    private protected async Task ServeAsync(string version) => Assert.True(await Change.ServeAsync(Published(version), None));

    private protected async Task<VocabularyPublished> TrainedAsync(string version)
    {
        var published = Published(version);
        var holder = Guid.NewGuid();
        await Catalog.Vocabularies.BeginAsync(new() { Collection = Collection, CorrelationId = published.CorrelationId }, holder, TimeSpan.FromMinutes(1), None);
        await Catalog.Vocabularies.FinishAsync(
            Collection, holder, new VocabularyTraining { Id = published.CorrelationId, State = TrainingState.Done, Version = version, At = DateTimeOffset.UtcNow }, None);
        return published;
    }

    private protected async Task<IReadOnlyList<Pipeline.Contracts.Commands.QuantizeImage>> MissingAsync(string version)
    {
        var commands = new List<Pipeline.Contracts.Commands.QuantizeImage>();
        await foreach (var command in Change.MissingAsync(Collection, version, None))
        {
            commands.Add(command);
        }

        return commands;
    }

    private protected async Task<IndexPoint?> PointAsync(Guid? image = null)
    {
        var active = (await Catalog.Collections.GetAsync(Collection, None))!.Active!;
        return (await Index.GetAsync(active.IndexName(Collection), [image ?? Image], None)).SingleOrDefault();
    }

    private protected static IEnumerable<uint>? Words(IndexPoint? point) => IndicesIn(point, IndexSpaces.Sift);

    private protected static IEnumerable<uint>? Embedded(IndexPoint? point) => IndicesIn(point, IndexSpaces.Cie);

    private protected static IEnumerable<uint>? IndicesIn(IndexPoint? point, string space) =>
        point!.Vectors.TryGetValue(space, out var vector) ? ((SparseVector)vector).Indices : null;
}
