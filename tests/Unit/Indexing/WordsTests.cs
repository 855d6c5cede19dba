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

/// <summary>Visual words and embedded vectors come into the index, and a vocabulary takes another's place.</summary>
public sealed class WordsTests : IAsyncLifetime
{
    private const string Collection = CatalogFixture.Collection;
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly CatalogFixture _catalog = new();
    private readonly IndexDirectory _directory = new();
    private readonly IndexWrites _writes = new();
    private readonly Guid _image = Guid.NewGuid();
    private Generations _generations = null!;
    private ImageIndexer _indexer = null!;
    private VocabularyChange _change = null!;

    public async Task InitializeAsync()
    {
        await _catalog.Collections.CreateAsync(Collection, None);
        (_generations, _indexer, _change) = Over(_directory.Index);
        await LiveAsync(_image);
    }

    public async Task DisposeAsync()
    {
        _writes.Dispose();
        await _directory.DisposeAsync();
        await _catalog.DisposeAsync();
    }

    [Fact]
    public async Task Words_come_to_a_point_that_is_there_already_and_change_nothing_else_of_it()
    {
        await ServeAsync("v1");
        var before = await PointAsync();

        var indexed = await WordsAsync("v1", 4);

        var point = await PointAsync();
        Assert.Equal("v1", ImageEvents.Indexed(indexed!, Serving("v1")).VocabularyVersion);
        Assert.Null(ImageEvents.Indexed(indexed!, Serving("v2")).VocabularyVersion);
        Assert.Equal([4u], Words(point));
        Assert.Equal(((DenseVector)before!.Vectors[IndexSpaces.Cnn]).Values, ((DenseVector)point!.Vectors[IndexSpaces.Cnn]).Values);
        Assert.Equal(before.Payload.ExternalIds, point.Payload.ExternalIds);
    }

    [Fact]
    public async Task Words_of_a_vocabulary_that_does_not_serve_are_ignored_and_go()
    {
        await ServeAsync("v1");

        Assert.Null(await WordsAsync("v2", 4));

        Assert.Null(Words(await PointAsync()));
        Assert.False(await _catalog.Blobs.ExistsAsync(BlobKeys.Words(Collection, _image, 1, "v2"), None));
        Assert.DoesNotContain(Stages.Words, (await _catalog.Images.GetAsync(Collection, _image, None))!.Stages.Keys);
    }

    [Fact]
    public async Task An_empty_bag_is_settled_and_has_no_vector()
    {
        await ServeAsync("v1");

        Assert.NotNull(await WordsAsync("v1"));

        var point = await PointAsync();
        Assert.False(point!.Vectors.ContainsKey(IndexSpaces.Sift));
        Assert.True(point.Vectors.ContainsKey(IndexSpaces.Cnn));
    }

    [Fact]
    public async Task Words_that_come_again_change_nothing()
    {
        await ServeAsync("v1");
        var first = await WordsAsync("v1", 4);

        var second = await WordsAsync("v1", 4);

        Assert.Equal(first!.PayloadRevision, second!.PayloadRevision);
        Assert.Equal([4u], Words(await PointAsync()));
    }

    [Fact]
    public async Task An_image_that_only_sift_could_read_becomes_a_point_of_its_words_alone()
    {
        await ServeAsync("v1");
        var image = Guid.NewGuid();
        await AcceptAsync(image, 1);
        await SiftAsync(image, 1);
        await _indexer.SettleAsync(Collection, image, 1, Stages.Cnn, new() { Done = false, Reason = RejectionReasons.CorruptImage }, None);
        Assert.Null(await PointAsync(image));

        await WordsAsync("v1", image, 1, 7);

        var point = await PointAsync(image);
        Assert.Equal([7u], Words(point));
        Assert.Equal([IndexSpaces.Sift], point!.Vectors.Keys);
        var active = (await _catalog.Collections.GetAsync(Collection, None))!.Active!;
        var hits = await _directory.Index.SearchAsync(active.IndexName(Collection), new IndexQuery { Space = IndexSpaces.Cnn, Vector = new DenseVector([1, 0]), Limit = 10 });
        Assert.Equal([_image], hits.Select(hit => hit.Id));
    }

    [Fact]
    public async Task Words_of_an_earlier_life_do_not_come_into_the_next_and_their_blob_goes()
    {
        await ServeAsync("v1");
        await DeleteAsync(1);
        await LiveAsync(_image, life: 2);

        Assert.Null(await WordsAsync("v1", _image, 1, 4));

        Assert.Null(Words(await PointAsync()));
        Assert.False(await _catalog.Blobs.ExistsAsync(BlobKeys.Words(Collection, _image, 1, "v1"), None));
    }

    [Fact]
    public async Task A_new_vocabulary_takes_the_words_of_the_old_one_and_all_embedded_vectors_out_first()
    {
        await ServeAsync("v1");
        await WordsAsync("v1", 4);
        await EmbedAsync("v1");
        Assert.NotNull(Embedded(await PointAsync()));

        await ServeAsync("v2");

        var point = await PointAsync();
        Assert.Null(Words(point));
        Assert.Null(Embedded(point));
        Assert.True(point!.Vectors.ContainsKey(IndexSpaces.Cnn));
        Assert.Equal("v2", (await _generations.CurrentAsync(Collection, None))!.VocabularyVersion);
        var missing = Assert.Single(await MissingAsync("v2"));
        Assert.Equal((_image, "v2", TrafficClass.Bulk), (missing.ImageId, missing.VocabularyVersion, missing.Traffic));
        await WordsAsync("v2", 5);
        Assert.Empty(await MissingAsync("v2"));
        Assert.False(await _catalog.Blobs.ExistsAsync(BlobKeys.Words(Collection, _image, 1, "v1"), None));
    }

    [Fact]
    public async Task A_change_that_is_cut_off_leaves_no_vocabulary_serving_and_the_next_delivery_goes_on()
    {
        await ServeAsync("v1");
        await WordsAsync("v1", 4);
        var (_, _, cutOff) = Over(InterruptedIndex.Create(_directory.Index, nameof(IVectorIndex.SetVectorsAsync), () => throw new IOException("The process ends here.")));
        var published = Published("v2");
        await Assert.ThrowsAsync<IOException>(() => cutOff.ServeAsync(published, None));
        Assert.Null((await _generations.CurrentAsync(Collection, None))!.VocabularyVersion);

        Assert.True(await _change.ServeAsync(published, None));
        Assert.True(await _change.ServeAsync(published, None));

        Assert.Null(Words(await PointAsync()));
        Assert.Equal("v2", (await _generations.CurrentAsync(Collection, None))!.VocabularyVersion);
    }

    [Fact]
    public async Task An_earlier_vocabulary_that_is_announced_again_does_not_come_back()
    {
        var first = await TrainedAsync("v1");
        await _change.ServeAsync(first, None);
        var second = await TrainedAsync("v2");
        await _change.ServeAsync(second, None);

        Assert.False(await _change.ServeAsync(first, None));

        Assert.Equal("v2", (await _generations.CurrentAsync(Collection, None))!.VocabularyVersion);
    }

    [Fact]
    public async Task A_slow_writer_of_old_words_does_not_mix_them_with_the_new_ones()
    {
        await ServeAsync("v1");
        var changed = Task.CompletedTask;
        var (_, slow, _) = Over(InterruptedIndex.Create(_directory.Index, nameof(IVectorIndex.UpsertAsync), () =>
        {
            // The change waits for the writer; were it not to, the old words would come after it.
            changed = _change.ServeAsync(Published("v2"), None);
            return Task.CompletedTask;
        }));

        await SettleWordsAsync(slow, "v1", _image, 1, 4);
        await changed;

        Assert.Null(Words(await PointAsync()));
    }

    [Fact]
    public async Task A_new_payload_keeps_words_and_embedded_vector()
    {
        await ServeAsync("v1");
        await WordsAsync("v1", 4);
        await EmbedAsync("v1");

        await LiveAsync(_image, name: "another name");

        var point = await PointAsync();
        Assert.Contains("another name", point!.Payload.ExternalIds);
        Assert.Equal([4u], Words(point));
        Assert.Equal([1u], Embedded(point));
    }

    [Fact]
    public async Task An_embedded_vector_that_is_late_is_ignored()
    {
        await ServeAsync("v1");
        await EmbedAsync("v1", life: 2);
        await EmbedAsync("v0");
        await EmbedAsync("v1", model: "another");
        await EmbedAsync("v1", image: Guid.NewGuid());
        Assert.Null(Embedded(await PointAsync()));

        await EmbedAsync(vocabulary: null);
        Assert.NotNull(Embedded(await PointAsync()));

        await DeleteAsync(1);
        await LiveAsync(_image, life: 2);
        Assert.Null(Embedded(await PointAsync()));
    }

    [Fact]
    public async Task Of_embedded_vectors_the_latest_made_stays_in_whatever_order_they_come()
    {
        await ServeAsync("v1");
        await EmbedAsync("v1", entry: 2, second: 20);
        await EmbedAsync("v1", entry: 1, second: 10);
        Assert.Equal([2u], Embedded(await PointAsync()));

        await LiveAsync(_image, name: "another name");
        await EmbedAsync("v1", entry: 1, second: 10);
        Assert.Equal([2u], Embedded(await PointAsync()));

        await EmbedAsync("v1", entry: 3, second: 30);
        Assert.Equal([3u], Embedded(await PointAsync()));
    }

    [Fact]
    public async Task Features_that_come_after_the_vocabulary_have_their_words_made_and_those_before_only_if_none_are()
    {
        var extracted = new SiftExtracted { Collection = Collection, ImageId = _image, FeatureKey = "s", SiftVersion = "s", Keypoints = 1 };
        Assert.Empty(await _indexer.WordsToMakeAsync(extracted, None));
        await ServeAsync("v1");

        var command = Assert.Single(await _indexer.WordsToMakeAsync(extracted, None));
        Assert.Equal(("v1", "s", TrafficClass.Live), (command.VocabularyVersion, command.FeatureKey, command.Traffic));
        Assert.Empty(await _indexer.WordsToMakeAsync(extracted with { Incarnation = 2 }, None));

        await WordsAsync("v1", 4);
        Assert.Empty(await _indexer.WordsToMakeAsync(extracted, None));
    }

    private (Generations, ImageIndexer, VocabularyChange) Over(IVectorIndex index)
    {
        var generations = new Generations(_catalog.Collections, index);
        var indexer = new ImageIndexer(_catalog.Images, generations, index, _writes, _catalog.Blobs, TimeProvider.System);
        return (generations, indexer, new VocabularyChange(
            _catalog.Collections, _catalog.Vocabularies, _catalog.Images, generations, index, _writes, NullLogger<VocabularyChange>.Instance));
    }

    private Task AcceptAsync(Guid image, int life, string? name = null)
    {
        var upload = Guid.NewGuid();
        return _catalog.Uploads.AcceptAsync(upload, CatalogFixture.Upload(upload, name ?? $"life {life}"), CatalogFixture.Content(image), life, None);
    }

    private Task SiftAsync(Guid image, int life) =>
        _indexer.SettleAsync(Collection, image, life, Stages.Sift, new() { Done = true, Version = "s", FeatureKey = "s" }, None);

    private async Task LiveAsync(Guid image, int life = 1, string? name = null)
    {
        await AcceptAsync(image, life, name);
        await SiftAsync(image, life);
        await _indexer.SettleAsync(Collection, image, life, Stages.Hash, new() { Done = true, Version = "h", Code = new byte[8] }, None);
        var key = BlobKeys.Cnn(Collection, image, life, "c");
        await _catalog.Blobs.PutAsync(key, new CnnFeatures(new float[] { 1, 0 }, Array.Empty<Half>(), []).Serialize(), None);
        await _indexer.SettleAsync(Collection, image, life, Stages.Cnn, new() { Done = true, Version = "c", FeatureKey = key }, None);
    }

    private Task DeleteAsync(int life) =>
        new ImageDeletion(_catalog.Images, _indexer, _catalog.Blobs, _catalog.References, _catalog.Manifests, _catalog.Restoration, _catalog.Verdicts)
            .DeleteAsync(new() { Collection = Collection, ImageId = _image, Incarnation = life }, None);

    private Task<ImageRecord?> WordsAsync(string vocabulary, params uint[] words) => WordsAsync(vocabulary, _image, 1, words);

    private Task<ImageRecord?> WordsAsync(string vocabulary, Guid image, int life, params uint[] words) => SettleWordsAsync(_indexer, vocabulary, image, life, words);

    private async Task<ImageRecord?> SettleWordsAsync(ImageIndexer indexer, string vocabulary, Guid image, int life, params uint[] words)
    {
        var key = BlobKeys.Words(Collection, image, life, vocabulary);
        await _catalog.Blobs.PutAsync(key, SparseRowFormat.Serialize(new SparseRow(words, [.. words.Select(_ => 1f)])), None);
        return await indexer.SettleWordsAsync(
            new VisualWordsExtracted { Collection = Collection, ImageId = image, Incarnation = life, WordsKey = key, VocabularyVersion = vocabulary, Words = words.Length }, None);
    }

    private Task EmbedAsync(string? vocabulary, int life = 1, string model = "c", Guid? image = null, uint entry = 1, int second = 0) => _indexer.EmbedAsync(
        new IndexVectorEmbedded
        {
            Collection = Collection,
            ImageId = image ?? _image,
            Incarnation = life,
            Indices = [entry],
            Values = [1],
            MadeAt = DateTimeOffset.UnixEpoch.AddSeconds(second),
            ModelVersion = model,
            VocabularyVersion = vocabulary,
        },
        None);

    private static Generation Serving(string vocabulary) =>
        new() { Number = 1, ModelVersion = "c", Dimensions = 2, EncoderVersion = "h", Bits = 64, VocabularyVersion = vocabulary };

    private static VocabularyPublished Published(string version) =>
        new() { Collection = Collection, VocabularyVersion = version, Words = 10, CorrelationId = Guid.NewGuid() };

    private async Task ServeAsync(string version) => Assert.True(await _change.ServeAsync(Published(version), None));

    private async Task<VocabularyPublished> TrainedAsync(string version)
    {
        var published = Published(version);
        var holder = Guid.NewGuid();
        await _catalog.Vocabularies.BeginAsync(new() { Collection = Collection, CorrelationId = published.CorrelationId }, holder, TimeSpan.FromMinutes(1), None);
        await _catalog.Vocabularies.FinishAsync(
            Collection, holder, new VocabularyTraining { Id = published.CorrelationId, State = TrainingState.Done, Version = version, At = DateTimeOffset.UtcNow }, None);
        return published;
    }

    private async Task<IReadOnlyList<Pipeline.Contracts.Commands.QuantizeImage>> MissingAsync(string version)
    {
        var commands = new List<Pipeline.Contracts.Commands.QuantizeImage>();
        await foreach (var command in _change.MissingAsync(Collection, version, None))
        {
            commands.Add(command);
        }

        return commands;
    }

    private async Task<IndexPoint?> PointAsync(Guid? image = null)
    {
        var active = (await _catalog.Collections.GetAsync(Collection, None))!.Active!;
        return (await _directory.Index.GetAsync(active.IndexName(Collection), [image ?? _image], None)).SingleOrDefault();
    }

    private static IEnumerable<uint>? Words(IndexPoint? point) => IndicesIn(point, IndexSpaces.Sift);

    private static IEnumerable<uint>? Embedded(IndexPoint? point) => IndicesIn(point, IndexSpaces.Cie);

    private static IEnumerable<uint>? IndicesIn(IndexPoint? point, string space) =>
        point!.Vectors.TryGetValue(space, out var vector) ? ((SparseVector)vector).Indices : null;
}
