using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Indexing;
using Pipeline.Onnx;
using Pipeline.Storage;
using Pipeline.VectorIndex;
using Xunit;

namespace Pipeline.Tests.Unit.Indexing;

/// <summary>Generations are filled, verified, served, kept, rolled back and given up.</summary>
public sealed class GenerationTests : IAsyncLifetime
{
    private const string Collection = ModelWorld.Collection;
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly ModelWorld _world = new();
    private Guid _one;
    private Guid _two;

    public async Task InitializeAsync()
    {
        _world.Restart(keep: TimeSpan.FromHours(1));
        await _world.Catalog.Collections.CreateAsync(Collection, None);
        _one = await _world.LiveAsync();
        _two = await _world.LiveAsync();
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task A_reindex_with_the_same_versions_serves_from_a_fresh_index_and_keeps_the_one_before()
    {
        var change = await ReindexAsync();
        await _world.SweepAsync();

        var record = await _world.RecordAsync();
        Assert.Equal((2, 1, (Generation?)null), (record.Active!.Number, record.Active.Kept?.Number, record.Active.Next));
        Assert.Equal(new[] { _one, _two }.Order(), (await _world.PointsAsync(2)).Keys.Order());
        Assert.Equal(2, await _world.Index.CountAsync("shop-g2.hash-1"));
        Assert.Empty(_world.Published);
        Assert.Equal([GenerationStates.Kept, GenerationStates.Serving], (await LogAsync()).Select(entry => entry.State));
        var served = (await LogAsync())[^1];
        Assert.Equal((change, "for a test", 2L, 2L, 2L, 1.0), (served.Change, served.Reason, served.Verification!.Images, served.Verification.Points, served.Verification.Codes, served.Verification.Recall));
        Assert.Equal(GenerationStates.Serving, _world.Progress.Last().State);
    }

    [Fact]
    public async Task What_comes_and_goes_meanwhile_is_in_both_and_a_roll_back_at_any_time_loses_nothing()
    {
        await ReindexAsync();
        var during = await _world.LiveAsync();
        await _world.DeleteAsync(_one);
        await _world.SweepAsync();
        var after = await _world.LiveAsync();
        await _world.DeleteAsync(_two);
        Assert.Equal(new[] { during, after }.Order(), (await _world.PointsAsync(1)).Keys.Order());
        Assert.Equal(new[] { during, after }.Order(), (await _world.PointsAsync(2)).Keys.Order());

        var rollback = new RollbackCollection { Collection = Collection, Generation = 2, Reason = "worse", CorrelationId = Guid.NewGuid() };
        await _world.Commands.RollBackAsync(rollback, None);
        await _world.Commands.RollBackAsync(rollback, None);
        await _world.Commands.RollBackAsync(rollback with { CorrelationId = Guid.NewGuid() }, None);

        var record = await _world.RecordAsync();
        Assert.Equal((1, 2), (record.Active!.Number, record.Active.Kept!.Number));
        Assert.Equal([GenerationStates.Serving, GenerationStates.RolledBack], (await LogAsync()).Select(entry => entry.State));
        Assert.Equal(GenerationStates.Refused, _world.Progress.Last().State);
        var late = await _world.LiveAsync();
        Assert.Equal(2, await _world.Index.CountAsync("shop-g1") - 1);
        Assert.Contains(late, (await _world.PointsAsync(2)).Keys);
    }

    [Fact]
    public async Task The_previous_model_is_kept_up_to_date_too_and_serves_again_at_once()
    {
        var head = await _world.HeadAsync(1);
        await _world.ChangeAsync(head);
        var late = await _world.LiveAsync();
        Assert.Equal(ImageStatus.Processing, (await _world.ImageAsync(late))!.Status);
        await _world.ReembeddedAsync(late, head.ModelVersion);
        Assert.Equal(ImageStatus.Indexed, (await _world.ImageAsync(late))!.Status);
        Assert.Equal(ModelWorld.Embedding(ModelWorld.Backbone), (await _world.PointsAsync(1))[late]);
        Assert.Equal(ModelWorld.Embedding(head.ModelVersion), (await _world.PointsAsync(2))[late]);

        Assert.False(await _world.RollBackAsync(model: head.ModelVersion));

        Assert.Equal(ModelWorld.Backbone, await _world.ServingAsync());
        Assert.Equal(3, await _world.Index.CountAsync("shop-g1"));
        await _world.SweepAsync();
        Assert.Equal(ModelWorld.Backbone, (await _world.ImageAsync(late))!.Stages[Stages.Cnn].Version);
        Assert.NotNull((await _world.ImageAsync(late))!.CodeOf((await _world.RecordAsync()).Active!.Kept, ModelWorld.Encoder));
    }

    [Fact]
    public async Task After_its_time_the_previous_generation_goes_with_its_index()
    {
        await ReindexAsync();
        await _world.SweepAsync();
        Assert.Contains("shop-g1", await _world.Index.ListCollectionsAsync());
        _world.Restart();
        await _world.SweepAsync();

        Assert.Equal(["shop-g2", "shop-g2.hash-1"], await _world.Index.ListCollectionsAsync());
        Assert.Equal(GenerationStates.Retired, (await LogAsync())[0].State);
        await _world.Commands.RollBackAsync(new() { Collection = Collection, CorrelationId = Guid.NewGuid() }, None);
        Assert.Equal(2, (await _world.RecordAsync()).Active!.Number);
        Assert.StartsWith("no-previous-generation", _world.Progress.Last().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_reindex_is_refused_while_one_is_under_way_and_stays_refused()
    {
        await ReindexAsync();
        var second = new ReindexCollection { Collection = Collection, CorrelationId = Guid.NewGuid() };
        await _world.Commands.BeginAsync(second, None);
        var told = _world.Progress.Last();
        Assert.Equal((GenerationStates.Refused, 2, second.CorrelationId), (told.State, told.Generation, told.CorrelationId));

        await _world.SweepAsync();
        await _world.Commands.BeginAsync(second, None);

        var record = await _world.RecordAsync();
        Assert.Equal((2, (Generation?)null), (record.Active!.Number, record.Active.Next));
    }

    [Fact]
    public async Task A_reindex_that_is_cancelled_leaves_nothing_and_its_number_is_not_given_again()
    {
        var first = await ReindexAsync();
        await HoldAsync();
        await _world.SweepAsync();
        Assert.Equal(2, await _world.Index.CountAsync("shop-g2"));
        var cancel = new CancelReindex { Collection = Collection, Generation = 2, Reason = "enough", CorrelationId = Guid.NewGuid() };
        await _world.Commands.CancelAsync(cancel, None);
        await _world.Commands.CancelAsync(cancel, None);
        await _world.Commands.BeginAsync(new() { Collection = Collection, CorrelationId = first }, None);
        await _world.SweepAsync();

        var record = await _world.RecordAsync();
        Assert.Equal((1, (Generation?)null, (Generation?)null), (record.Active!.Number, record.Active.Next, record.Active.Kept));
        Assert.Equal(["shop-g1", "shop-g1.hash-1"], await _world.Index.ListCollectionsAsync());
        Assert.Equal((GenerationStates.Cancelled, "enough"), ((await LogAsync())[^1].State, (await LogAsync())[^1].Detail));
        await ReindexAsync();
        Assert.Equal(3, (await _world.RecordAsync()).Active!.Next!.Number);
    }

    [Fact]
    public async Task Another_encoder_serves_once_every_image_has_a_code_of_it()
    {
        var lineage = new ArtifactLineage { CreatedFrom = "a test", Settings = new Dictionary<string, string> { ["bits"] = "64" } };
        var encoder = (await _world.Catalog.Artifacts.AddAsync(EncoderCatalog.ArtifactKind, new byte[] { 7 }, lineage, None)).Version;
        await _world.Commands.BeginAsync(new() { Collection = Collection, EncoderVersion = encoder, CorrelationId = Guid.NewGuid() }, None);
        await _world.SweepAsync();
        var asked = _world.Published.Cast<EncodeImage>().ToArray();
        Assert.Equal(new[] { _one, _two }.Order(), asked.Select(command => command.ImageId).Order());
        Assert.All(asked, command => Assert.Equal((encoder, ModelWorld.Backbone, TrafficClass.Bulk), (command.EncoderVersion, command.ModelVersion, command.Traffic)));
        foreach (var image in new[] { _one, _two })
        {
            await _world.ReembeddedAsync(image, ModelWorld.Backbone, encoder);
        }

        await _world.SweepAsync();

        var active = (await _world.RecordAsync()).Active!;
        Assert.Equal((2, encoder, (EncoderChoice?)null), (active.Number, active.EncoderVersion, active.NextEncoder));
        Assert.Equal(2, await _world.Index.CountAsync($"shop-g2.{encoder}"));
        var late = await _world.LiveAsync();
        Assert.Equal(ImageStatus.Processing, (await _world.ImageAsync(late))!.Status);
        await _world.ReembeddedAsync(late, ModelWorld.Backbone, encoder);
        Assert.Equal((3L, 3L), (await _world.Index.CountAsync("shop-g1.hash-1"), await _world.Index.CountAsync($"shop-g2.{encoder}")));
    }

    [Fact]
    public async Task Another_vocabulary_serves_once_every_image_has_its_words_and_the_one_before_keeps_its_own()
    {
        await _world.Catalog.Collections.TrySetVocabularyAsync(Collection, 1, null, "v1", None);
        await WordsAsync(_one, "v1", 3);
        await WordsAsync(_two, "v1", 3);
        var vocabulary = (await _world.Catalog.Artifacts.AddAsync(VocabularyCatalog.ArtifactKind, new byte[] { 8 }, new ArtifactLineage { CreatedFrom = "a test" }, None)).Version;
        await _world.Commands.BeginAsync(new() { Collection = Collection, VocabularyVersion = vocabulary, CorrelationId = Guid.NewGuid() }, None);
        await _world.SweepAsync();
        Assert.Equal(new[] { _one, _two }.Order(), _world.Published.Cast<QuantizeImage>().Where(command => command.VocabularyVersion == vocabulary).Select(command => command.ImageId).Order());
        await WordsAsync(_one, vocabulary, 5);
        await _world.SweepAsync();
        Assert.Equal((1, "v1"), ((await _world.RecordAsync()).Active!.Number, (await _world.RecordAsync()).Active!.VocabularyVersion));
        await WordsAsync(_two, vocabulary, 5);
        await _world.SweepAsync();

        var active = (await _world.RecordAsync()).Active!;
        Assert.Equal((2, vocabulary, "v1"), (active.Number, active.VocabularyVersion, active.Kept!.VocabularyVersion));
        foreach (var (index, word) in new[] { ("shop-g1", 3u), ("shop-g2", 5u) })
        {
            Assert.All(await _world.Index.GetAsync(index, [_one, _two]), point => Assert.Equal([word], ((SparseVector)point.Vectors[IndexSpaces.Sift]).Indices));
        }

        await _world.Commands.RollBackAsync(new() { Collection = Collection, CorrelationId = Guid.NewGuid() }, None);
        Assert.Equal("v1", (await _world.RecordAsync()).Active!.VocabularyVersion);
        var asked = await _world.Indexer.WordsToMakeAsync(new() { Collection = Collection, ImageId = await _world.LiveAsync(), FeatureKey = "s", SiftVersion = "s", Keypoints = 1 }, None);
        Assert.Equal(new[] { "v1", vocabulary }.Order(), asked.Select(command => command.VocabularyVersion).Order());
    }

    [Fact]
    public async Task Versions_that_do_not_exist_or_fit_are_refused_and_nothing_begins()
    {
        ReindexCollection[] wrong =
        [
            new() { Collection = Collection, ModelVersion = "head-none" },
            new() { Collection = Collection, ModelVersion = (await _world.HeadAsync(2, backbone: "cnn-2")).ModelVersion },
            new() { Collection = Collection, EncoderVersion = "hash-none" },
            new() { Collection = Collection, Bits = 128 },
            new() { Collection = Collection, EncoderVersion = ModelWorld.Encoder, Bits = 128 },
            new() { Collection = Collection, VocabularyVersion = "words-none" },
            new() { Collection = "no-such" },
        ];
        foreach (var command in wrong)
        {
            await _world.Commands.BeginAsync(command with { CorrelationId = Guid.NewGuid() }, None);
            Assert.Equal(GenerationStates.Refused, _world.Progress.Last().State);
        }

        Assert.Null((await _world.RecordAsync()).Active!.Next);
        Assert.Equal(wrong.Length, _world.Progress.Count);
    }

    [Fact]
    public async Task Points_that_were_lost_are_put_back_before_the_generation_serves()
    {
        await ReindexAsync();
        var held = await HoldAsync();
        await _world.SweepAsync();
        await _world.Index.DeleteAsync("shop-g2", [_one]);
        await _world.Index.UpsertAsync("shop-g2", [Point(Guid.NewGuid(), [1, 0]), Point(Guid.NewGuid(), [0, 1])]);
        await ReleaseAsync(held);
        await _world.SweepAsync();

        Assert.Null((await LogAsync())[^1].Detail);
        Assert.Equal(2, (await _world.RecordAsync()).Active!.Number);
        Assert.Equal(new[] { _one, _two, held }.Order(), (await _world.PointsAsync(2)).Keys.Order());
        Assert.Equal(3, (await LogAsync())[^1].Verification!.Mended);
    }

    [Fact]
    public async Task An_index_that_does_not_find_what_an_exact_search_finds_never_serves()
    {
        for (var i = 0; i < 30; i++)
        {
            var image = await _world.LiveAsync();
            await _world.Catalog.Blobs.PutAsync(
                BlobKeys.Cnn(Collection, image, 1, ModelWorld.Backbone), new CnnFeatures(new[] { MathF.Cos(i / 10f), MathF.Sin(i / 10f) }, default, []).Serialize(), None);
        }

        await ReindexAsync();
        var held = await HoldAsync();
        await _world.SweepAsync();
        foreach (var id in (await _world.PointsAsync(2)).Keys)
        {
            await _world.Index.SetVectorsAsync("shop-g2", [new() { Id = id, Vectors = new Dictionary<string, VectorValue?> { [IndexSpaces.Cnn] = new DenseVector([1, 0]) } }]);
        }

        await ReleaseAsync(held);
        await _world.SweepAsync();
        await _world.SweepAsync();

        var record = await _world.RecordAsync();
        Assert.Equal((1, (Generation?)null), (record.Active!.Number, record.Active.Next));
        var failed = (await LogAsync())[^1];
        Assert.Equal(GenerationStates.Failed, failed.State);
        Assert.InRange(failed.Verification!.Recall, 0, 0.9);
        Assert.Equal(failed.Detail, failed.Verification.Fault);
        Assert.DoesNotContain("shop-g2", await _world.Index.ListCollectionsAsync());
    }

    [Fact]
    public async Task Features_that_are_gone_end_the_reindex_and_say_which()
    {
        await _world.Catalog.Blobs.DeleteAsync(BlobKeys.Cnn(Collection, _one, 1, ModelWorld.Backbone), None);
        await ReindexAsync();
        await _world.SweepAsync();

        Assert.Equal(1, (await _world.RecordAsync()).Active!.Number);
        var failed = (await LogAsync())[^1];
        Assert.Equal(GenerationStates.Failed, failed.State);
        Assert.Contains(_one.ToString("N"), failed.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Embedded_vectors_go_along_and_late_ones_reach_all_generations_of_their_model()
    {
        await _world.Indexer.EmbedAsync(Embedded(_one, DateTimeOffset.UtcNow), None);
        await ReindexAsync();
        await _world.SweepAsync();
        await _world.Indexer.EmbedAsync(Embedded(_two, DateTimeOffset.UtcNow), None);

        foreach (var index in new[] { "shop-g1", "shop-g2" })
        {
            var points = await _world.Index.GetAsync(index, [_one, _two]);
            Assert.All(points, point => Assert.Equal([5u], ((SparseVector)point.Vectors[IndexSpaces.Cie]).Indices));
        }
    }

    [Fact]
    public async Task The_aliases_follow_what_serves_and_are_set_right_where_somebody_moved_them()
    {
        await _world.SweepAsync();
        Assert.Equal("shop-g1", (await _world.Index.GetAliasesAsync())["shop.serving"]);
        await ReindexAsync();
        await _world.SweepAsync();
        Assert.Equal(("shop-g2", "shop-g2.hash-1"), ((await _world.Index.GetAliasesAsync())["shop.serving"], (await _world.Index.GetAliasesAsync())["shop.serving-codes"]));

        await _world.Index.SetAliasAsync("shop.serving", "shop-g1");
        await _world.SweepAsync();

        Assert.Equal("shop-g2", (await _world.Index.GetAliasesAsync())["shop.serving"]);
    }

    [Fact]
    public async Task A_serving_index_that_is_removed_behind_our_back_is_filled_anew_by_itself()
    {
        await _world.SweepAsync();
        await _world.Index.DropCollectionAsync("shop-g1");
        await _world.SweepAsync();
        var late = await _world.LiveAsync();
        await _world.SweepAsync();

        var record = await _world.RecordAsync();
        Assert.Equal((2, (Generation?)null), (record.Active!.Number, record.Active.Next));
        Assert.Equal(new[] { _one, _two, late }.Order(), (await _world.PointsAsync(2)).Keys.Order());
        Assert.Equal("the serving index was lost", (await LogAsync())[^1].Reason);
    }

    private async Task<Guid> ReindexAsync()
    {
        var command = new ReindexCollection { Collection = Collection, Reason = "for a test", CorrelationId = Guid.NewGuid() };
        await _world.Commands.BeginAsync(command, None);
        await _world.Commands.BeginAsync(command, None);
        Assert.NotNull((await _world.RecordAsync()).Active!.Next);
        return command.CorrelationId;
    }

    /// <summary>An image without a code, for which every generation waits.</summary>
    private async Task<Guid> HoldAsync()
    {
        var image = await _world.AcceptAsync();
        await _world.SettleAsync(image, Stages.Sift, new() { Done = true, Version = "s", FeatureKey = "s" });
        await _world.EmbeddedAsync(image, ModelWorld.Backbone);
        await _world.SettleAsync(image, Stages.Cnn, new() { Done = true, Version = ModelWorld.Backbone, FeatureKey = BlobKeys.Cnn(Collection, image, 1, ModelWorld.Backbone) });
        return image;
    }

    private Task ReleaseAsync(Guid image) =>
        _world.SettleAsync(image, Stages.Hash, new() { Done = true, Version = ModelWorld.Encoder, Code = new byte[8], ModelVersion = ModelWorld.Backbone });

    private async Task WordsAsync(Guid image, string vocabulary, uint word)
    {
        var key = BlobKeys.Words(Collection, image, 1, vocabulary);
        await _world.Catalog.Blobs.PutAsync(key, Pipeline.Neighbours.SparseRowFormat.Serialize(new([word], [1f])), None);
        await _world.Indexer.SettleWordsAsync(new() { Collection = Collection, ImageId = image, WordsKey = key, VocabularyVersion = vocabulary, Words = 1 }, None);
    }

    private async Task<IReadOnlyList<GenerationEntry>> LogAsync() => (await _world.Catalog.Collections.GetGenerationsAsync(Collection, None)).Entries;

    private static Pipeline.Contracts.Events.IndexVectorEmbedded Embedded(Guid image, DateTimeOffset at) =>
        new() { Collection = Collection, ImageId = image, ModelVersion = ModelWorld.Backbone, Indices = new[] { 5u }, Values = new[] { 1f }, MadeAt = at };

    private static IndexPoint Point(Guid id, float[] vector) => new()
    {
        Id = id, Vectors = new Dictionary<string, VectorValue> { [IndexSpaces.Cnn] = new DenseVector(vector) }, Payload = new IndexPayload { Tenant = "default" },
    };
}
