using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Indexing;
using Pipeline.Storage;
using Xunit;

namespace Pipeline.Tests.Unit.Indexing;

/// <summary>A model takes another's place while searches go on.</summary>
public sealed class ModelTests : IAsyncLifetime
{
    private const string Backbone = ModelWorld.Backbone;
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly ModelWorld _world = new();
    private Guid _one;
    private Guid _two;

    public async Task InitializeAsync()
    {
        await _world.Catalog.Collections.CreateAsync(ModelWorld.Collection, None);
        _one = await _world.LiveAsync();
        _two = await _world.LiveAsync();
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task The_old_model_serves_until_every_image_has_an_embedding_and_a_code_of_the_next()
    {
        var head = await _world.HeadAsync(1);
        Assert.True(await _world.PrepareAsync(head));
        var asked = Assert.Single(await _world.MissingAsync());
        Assert.Equal((head.ModelVersion, Backbone, ModelWorld.Encoder, TrafficClass.Bulk), (asked.ModelVersion, asked.BackboneVersion, asked.EncoderVersion, asked.Traffic));
        Assert.Equal(new[] { _one, _two }.Order(), asked.Images.Select(image => image.ImageId).Order());

        await _world.ReembeddedAsync(_one, head.ModelVersion);
        await _world.SweepAsync();
        Assert.Equal(Backbone, await _world.ServingAsync());
        var progress = (await _world.Catalog.Collections.GetProgressAsync(ModelWorld.Collection, None))!;
        Assert.Equal((2, 1, 2), (progress.Generation, progress.Ready, progress.Images));
        Assert.Empty(_world.Published);

        await _world.ReembeddedAsync(_two, head.ModelVersion);
        await _world.SweepAsync();
        var record = await _world.RecordAsync();
        Assert.Equal((head.ModelVersion, Backbone, 2, (Generation?)null), (record.Active!.ModelVersion, record.Active.Backbone, record.Active.Number, record.Active.Next));
        Assert.Equal(Backbone, record.Previous!.ModelVersion);
        var points = await _world.PointsAsync(2);
        Assert.Equal(new[] { _one, _two }.Order(), points.Keys.Order());
        Assert.All(points.Values, vector => Assert.Equal(ModelWorld.Embedding(head.ModelVersion), vector));
        Assert.Equal(2, await _world.Index.CountAsync("shop-g2.hash-1"));
    }

    [Fact]
    public async Task A_model_that_finds_what_is_indexed_as_well_embeds_what_asks_and_nothing_is_indexed_anew()
    {
        var before = await _world.PointsAsync(1);
        var head = await _world.HeadAsync(1) with { ReindexRequired = false };
        Assert.False(await _world.PrepareAsync(head));
        Assert.False(await _world.PrepareAsync(head));
        await _world.SweepAsync();

        var record = await _world.RecordAsync();
        Assert.Equal((Backbone, head.ModelVersion, 1, (Generation?)null), (record.Active!.ModelVersion, record.Active.QueryModel, record.Active.Number, record.Active.Next));
        Assert.Single(record.ModelChanges);
        Assert.Equal(before, await _world.PointsAsync(1));
        Assert.Empty(await _world.MissingAsync());
        Assert.Empty(_world.Published);
    }

    [Fact]
    public async Task What_only_asks_is_taken_back_by_a_rollback_and_replaced_by_a_model_that_serves()
    {
        var head = await _world.HeadAsync(1) with { ReindexRequired = false };
        await _world.PrepareAsync(head);
        Assert.False(await _world.RollBackAsync(model: "head-of-another-time"));
        Assert.Equal(head.ModelVersion, (await _world.RecordAsync()).Active!.QueryModel);
        Assert.False(await _world.RollBackAsync(model: head.ModelVersion));
        Assert.Equal(Backbone, (await _world.RecordAsync()).Active!.QueryModel);

        await _world.PrepareAsync(await _world.HeadAsync(2) with { ReindexRequired = false });
        var later = await _world.HeadAsync(3);
        await _world.ChangeAsync(later);
        var record = await _world.RecordAsync();
        Assert.Equal((later.ModelVersion, later.ModelVersion), (record.Active!.ModelVersion, record.Active.QueryModel));
        Assert.Equal(Backbone, record.Previous!.QueryModel);
    }

    [Fact]
    public async Task While_the_next_model_is_filled_the_serving_index_stays_as_it_was()
    {
        var before = await _world.PointsAsync(1);
        var revision = (await _world.ImageAsync(_one))!.PayloadRevision;
        var head = await _world.HeadAsync(1);
        await _world.PrepareAsync(head);
        Assert.Null(await _world.ReembeddedAsync(_one, head.ModelVersion));

        Assert.Equal(before, await _world.PointsAsync(1));
        Assert.Equal((revision, revision), ((await _world.ImageAsync(_one))!.PayloadRevision, (await _world.ImageAsync(_one))!.IndexedRevision));
        Assert.Equal(_one, Assert.Single(await _world.PointsAsync(2)).Key);
    }

    [Fact]
    public async Task After_the_switch_every_image_is_announced_with_the_new_model_even_if_the_process_dies_over_it()
    {
        var head = await _world.HeadAsync(1);
        await _world.PrepareAsync(head);
        await _world.FillAsync(head.ModelVersion);
        _world.BeforePublish = () => throw new IOException("dead");
        await Assert.ThrowsAsync<IOException>(_world.SweepAsync);
        Assert.Equal(head.ModelVersion, await _world.ServingAsync());

        _world.BeforePublish = () => { };
        _world.Restart();
        await _world.SweepAsync();
        await _world.SweepAsync();

        var announced = _world.Published.Cast<ImageIndexed>().ToArray();
        Assert.Equal(new[] { _one, _two }.Order(), announced.Select(image => image.ImageId).Order());
        Assert.All(announced, image => Assert.Equal((head.ModelVersion, ModelWorld.Encoder, TrafficClass.Bulk), (image.ModelVersion, image.EncoderVersion, image.Traffic)));
        var adopted = (await _world.ImageAsync(_one))!;
        Assert.Equal((head.ModelVersion, BlobKeys.Cnn(adopted.Collection, _one, 1, head.ModelVersion)), (adopted.Stages[Stages.Cnn].Version, adopted.Stages[Stages.Cnn].FeatureKey));
        Assert.DoesNotContain(Stages.NextModel, adopted.Stages.Keys);

        await _world.SettleAsync(_one, Stages.Cnn, new() { Done = true, Version = Backbone, FeatureKey = "late" });
        await _world.SettleAsync(_one, Stages.Hash, new() { Done = true, Version = ModelWorld.Encoder, Code = new byte[8], ModelVersion = Backbone });
        var after = (await _world.ImageAsync(_one))!;
        Assert.Equal(adopted.Stages.Keys.Order(), after.Stages.Keys.Order());
        Assert.All(after.Stages, stage => Assert.True(stage.Value.SameAs(adopted.Stages[stage.Key]), stage.Key));
    }

    [Fact]
    public async Task An_image_that_arrives_during_the_change_is_indexed_with_both_models()
    {
        var head = await _world.HeadAsync(1);
        await _world.PrepareAsync(head);
        var late = await _world.LiveAsync();
        Assert.Equal(ImageStatus.Processing, (await _world.ImageAsync(late))!.Status);
        var asked = Assert.Single(await _world.Indexer.EmbeddingsToMakeAsync(Extracted(late, Backbone), None));
        Assert.Equal((head.ModelVersion, TrafficClass.Live, late), (asked.ModelVersion, asked.Traffic, Assert.Single(asked.Images).ImageId));

        Assert.NotNull(await _world.ReembeddedAsync(late, head.ModelVersion));

        Assert.Equal(ImageStatus.Indexed, (await _world.ImageAsync(late))!.Status);
        Assert.Equal(ModelWorld.Embedding(Backbone), (await _world.PointsAsync(1))[late]);
        Assert.Equal(ModelWorld.Embedding(head.ModelVersion), (await _world.PointsAsync(2))[late]);
        Assert.Empty(await _world.Indexer.EmbeddingsToMakeAsync(Extracted(late, Backbone), None));
    }

    [Fact]
    public async Task Features_of_the_old_model_that_come_after_the_switch_are_embedded_by_the_new_one_and_those_of_another_backbone_refused()
    {
        var head = await _world.HeadAsync(1);
        await _world.ChangeAsync(head);
        var late = await _world.LiveAsync();
        Assert.Equal(ImageStatus.Processing, (await _world.ImageAsync(late))!.Status);
        var asked = Assert.Single(await _world.Indexer.EmbeddingsToMakeAsync(Extracted(late, Backbone), None));
        Assert.Equal(head.ModelVersion, asked.ModelVersion);
        Assert.NotNull(await _world.ReembeddedAsync(late, head.ModelVersion));
        Assert.Equal(ModelWorld.Embedding(head.ModelVersion), (await _world.PointsAsync(2))[late]);

        await Assert.ThrowsAsync<VersionMismatchException>(() => _world.Indexer.EmbeddingsToMakeAsync(Extracted(late, "cnn-2"), None));
    }

    [Fact]
    public async Task Every_message_may_come_again_and_a_change_that_was_replaced_or_taken_back_does_not_come_back()
    {
        var first = await _world.HeadAsync(1);
        var second = await _world.HeadAsync(2, at: first.PublishedAt.AddSeconds(1));
        await _world.PrepareAsync(first);
        Assert.True(await _world.PrepareAsync(first));
        await _world.ReembeddedAsync(_one, first.ModelVersion);
        Assert.True(await _world.PrepareAsync(second));
        Assert.False(await _world.PrepareAsync(first));
        Assert.False(await _world.PrepareAsync(first with { CorrelationId = Guid.NewGuid() }));
        Assert.Null(await _world.ReembeddedAsync(_two, first.ModelVersion));
        await _world.FillAsync(second.ModelVersion);
        await _world.ReembeddedAsync(_two, second.ModelVersion);
        await _world.SweepAsync();
        await _world.SweepAsync();
        Assert.Equal(second.ModelVersion, await _world.ServingAsync());
        Assert.Equal(["shop-g3", "shop-g3.hash-1"], await _world.Index.ListCollectionsAsync());
        Assert.False(await _world.Catalog.Blobs.ExistsAsync(BlobKeys.Cnn(ModelWorld.Collection, _one, 1, first.ModelVersion), None));

        Assert.False(await _world.PrepareAsync(second));
        await _world.ReembeddedAsync(_two, second.ModelVersion);
        await _world.ReembeddedAsync(_two, Backbone);
        Assert.Equal(ModelWorld.Embedding(second.ModelVersion), (await _world.PointsAsync(3))[_two]);
        Assert.Null((await _world.RecordAsync()).Active!.Next);
    }

    [Fact]
    public async Task A_roll_back_lets_the_previous_model_serve_again_with_what_came_and_went_meanwhile()
    {
        var head = await _world.HeadAsync(1);
        await _world.ChangeAsync(head);
        var late = await _world.LiveAsync();
        await _world.ReembeddedAsync(late, head.ModelVersion);
        await _world.DeleteAsync(_one);
        var rollback = Guid.NewGuid();

        Assert.False(await _world.RollBackAsync(model: "head-of-another-time"));
        Assert.True(await _world.RollBackAsync(rollback, head.ModelVersion));
        Assert.True(await _world.RollBackAsync(rollback, head.ModelVersion));
        await _world.FillAsync(Backbone);
        await _world.SweepAsync();

        Assert.Equal(Backbone, await _world.ServingAsync());
        Assert.False(await _world.RollBackAsync(rollback, head.ModelVersion));
        Assert.False(await _world.PrepareAsync(head));
        var points = await _world.PointsAsync(3);
        Assert.Equal(new[] { _two, late }.Order(), points.Keys.Order());
        Assert.All(points.Values, vector => Assert.Equal(ModelWorld.Embedding(Backbone), vector));
        Assert.True(await _world.RollBackAsync());
        await _world.FillAsync(head.ModelVersion);
        await _world.SweepAsync();
        Assert.Equal(head.ModelVersion, await _world.ServingAsync());
    }

    [Fact]
    public async Task A_roll_back_during_a_change_gives_the_change_up_and_leaves_nothing_of_it()
    {
        Assert.False(await _world.RollBackAsync());
        var head = await _world.HeadAsync(1);
        await _world.PrepareAsync(head);
        await _world.ReembeddedAsync(_one, head.ModelVersion);

        Assert.False(await _world.RollBackAsync());
        await _world.SweepAsync();

        var record = await _world.RecordAsync();
        Assert.Equal((Backbone, (Generation?)null, 0), (record.Active!.ModelVersion, record.Active.Next, record.RetiredModels.Count));
        Assert.Equal(["shop-g1", "shop-g1.hash-1"], await _world.Index.ListCollectionsAsync());
        Assert.False(await _world.Catalog.Blobs.ExistsAsync(BlobKeys.Cnn(ModelWorld.Collection, _one, 1, head.ModelVersion), None));
        Assert.True(await _world.PrepareAsync(head with { CorrelationId = Guid.NewGuid() }));
        await _world.FillAsync(head.ModelVersion);
        await _world.SweepAsync();
        Assert.Equal(3, (await _world.RecordAsync()).Active!.Number);
    }

    [Fact]
    public async Task Embeddings_of_the_previous_model_stay_for_a_roll_back_and_those_before_it_go()
    {
        _world.Restart(keep: TimeSpan.FromHours(1));
        var heads = new[] { await _world.HeadAsync(1), await _world.HeadAsync(2), await _world.HeadAsync(3) };
        foreach (var head in heads)
        {
            await _world.ChangeAsync(head);
        }

        bool[] kept =
        [
            .. await Task.WhenAll(heads.Select(head => head.ModelVersion).Prepend(Backbone)
                .Select(model => _world.Catalog.Blobs.ExistsAsync(BlobKeys.Cnn(ModelWorld.Collection, _one, 1, model), None))),
        ];
        Assert.Equal([true, false, true, true], kept);
    }

    [Fact]
    public async Task An_image_deleted_during_the_change_leaves_nothing_in_either_index()
    {
        var head = await _world.HeadAsync(1);
        await _world.PrepareAsync(head);
        await _world.ReembeddedAsync(_one, head.ModelVersion);
        await _world.DeleteAsync(_one);
        Assert.Null(await _world.ReembeddedAsync(_one, head.ModelVersion));

        Assert.Equal([_two], (await _world.PointsAsync(1)).Keys);
        Assert.Empty(await _world.PointsAsync(2));
        Assert.Equal(0, await _world.Index.CountAsync("shop-g2.hash-1"));
        Assert.False(await _world.Catalog.Blobs.ExistsAsync(BlobKeys.Cnn(ModelWorld.Collection, _one, 1, head.ModelVersion), None));
        await _world.FillAsync(head.ModelVersion);
        await _world.SweepAsync();
        Assert.Equal([_two], (await _world.PointsAsync(2)).Keys);
    }

    [Fact]
    public async Task An_image_that_no_model_can_read_neither_holds_up_the_change_nor_is_lost_by_it()
    {
        var partial = await _world.AcceptAsync();
        await _world.Catalog.Collections.TrySetVocabularyAsync(ModelWorld.Collection, 1, null, "v1", None);
        await _world.SettleAsync(partial, Stages.Sift, new() { Done = true, Version = "s", FeatureKey = "s" });
        await _world.SettleAsync(partial, Stages.Cnn, new() { Done = false, Reason = RejectionReasons.CorruptImage });
        await _world.Catalog.Blobs.PutAsync("words", Pipeline.Neighbours.SparseRowFormat.Serialize(new([3], [1f])), None);
        await _world.Indexer.SettleWordsAsync(
            new() { Collection = ModelWorld.Collection, ImageId = partial, WordsKey = "words", VocabularyVersion = "v1", Words = 1 }, None);

        await _world.ChangeAsync(await _world.HeadAsync(1));

        Assert.Equal(2, (await _world.RecordAsync()).Active!.Number);
        Assert.Empty((await _world.PointsAsync(2))[partial]);
        Assert.Equal("v1", (await _world.RecordAsync()).Active!.VocabularyVersion);
    }

    [Fact]
    public async Task An_encoder_that_came_to_serve_during_the_change_serves_after_it()
    {
        var head = await _world.HeadAsync(1);
        await _world.PrepareAsync(head);
        var active = (await _world.RecordAsync()).Active!;
        await _world.Catalog.Collections.TrySetNextEncoderAsync(ModelWorld.Collection, active, new EncoderChoice("hash-2", 64), None);
        foreach (var image in new[] { _one, _two })
        {
            await _world.ReembeddedAsync(image, Backbone, "hash-2");
        }

        await _world.FillAsync(head.ModelVersion);
        await _world.SweepAsync();

        Assert.Equal(new EncoderChoice("hash-2", 64), (await _world.RecordAsync()).Active!.NextEncoder);
        var asked = _world.Published.OfType<EncodeImage>().ToArray();
        Assert.Equal(new[] { _one, _two }.Order(), asked.Select(command => command.ImageId).Order());
        Assert.All(asked, command => Assert.Equal((head.ModelVersion, "hash-2"), (command.ModelVersion, command.EncoderVersion)));
    }

    [Fact]
    public async Task What_does_not_fit_is_refused_and_nothing_is_half_done()
    {
        var head = await _world.HeadAsync(1);
        var other = await _world.HeadAsync(2, backbone: "cnn-2");
        Assert.False(await _world.PrepareAsync(head with { Collection = "no-such" }));
        Assert.False(await _world.PrepareAsync(other));
        Assert.False(await _world.PrepareAsync(head with { BackboneVersion = "cnn-2" }));
        await Assert.ThrowsAsync<ArtifactNotFoundException>(() => _world.PrepareAsync(head with { ModelVersion = "head-unknown" }));

        var record = await _world.RecordAsync();
        Assert.Equal((0, (Generation?)null), (record.ModelChanges.Count, record.Active!.Next));
        Assert.Equal(["shop-g1", "shop-g1.hash-1"], await _world.Index.ListCollectionsAsync());
    }

    [Fact]
    public async Task The_replaced_index_stays_for_searches_that_began_before()
    {
        _world.Restart(grace: TimeSpan.FromHours(1));
        await _world.ChangeAsync(await _world.HeadAsync(1));
        Assert.Contains("shop-g1", await _world.Index.ListCollectionsAsync());

        _world.Restart();
        await _world.SweepAsync();

        Assert.Equal(["shop-g2", "shop-g2.hash-1"], await _world.Index.ListCollectionsAsync());
    }

    private static CnnExtracted Extracted(Guid image, string backbone) =>
        new() { Collection = ModelWorld.Collection, ImageId = image, FeatureKey = "k", ModelVersion = backbone, Dimensions = 2 };
}
