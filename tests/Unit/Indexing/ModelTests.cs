using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Storage;
using Xunit;

namespace Pipeline.Tests.Unit.Indexing;

/// <summary>A model takes another's place while searches go on.</summary>
public sealed class ModelTests : ModelTest
{
    [Fact]
    public async Task The_old_model_serves_until_every_image_has_an_embedding_and_a_code_of_the_next()
    {
        var head = await World.HeadAsync(1);
        Assert.True(await World.PrepareAsync(head));
        var asked = Assert.Single(await World.MissingAsync());
        Assert.Equal((head.ModelVersion, Backbone, ModelWorld.Encoder, TrafficClass.Bulk), (asked.ModelVersion, asked.BackboneVersion, asked.EncoderVersion, asked.Traffic));
        Assert.Equal(new[] { One, Two }.Order(), asked.Images.Select(image => image.ImageId).Order());

        await World.ReembeddedAsync(One, head.ModelVersion);
        await World.SweepAsync();
        Assert.Equal(Backbone, await World.ServingAsync());
        var progress = (await World.Catalog.Collections.GetProgressAsync(ModelWorld.Collection, None))!;
        Assert.Equal((2, 1, 2), (progress.Generation, progress.Ready, progress.Images));
        Assert.Empty(World.Published);

        await World.ReembeddedAsync(Two, head.ModelVersion);
        await World.SweepAsync();
        var record = await World.RecordAsync();
        Assert.Equal((head.ModelVersion, Backbone, 2, (Generation?)null), (record.Active!.ModelVersion, record.Active.Backbone, record.Active.Number, record.Active.Next));
        Assert.Equal(Backbone, record.Previous!.ModelVersion);
        var points = await World.PointsAsync(2);
        Assert.Equal(new[] { One, Two }.Order(), points.Keys.Order());
        Assert.All(points.Values, vector => Assert.Equal(ModelWorld.Embedding(head.ModelVersion), vector));
        Assert.Equal(2, await World.Index.CountAsync("shop-g2.hash-1"));
    }

    [Fact]
    public async Task A_model_that_finds_what_is_indexed_as_well_embeds_what_asks_and_nothing_is_indexed_anew()
    {
        var before = await World.PointsAsync(1);
        var head = await World.HeadAsync(1) with { ReindexRequired = false };
        Assert.False(await World.PrepareAsync(head));
        Assert.False(await World.PrepareAsync(head));
        await World.SweepAsync();

        var record = await World.RecordAsync();
        Assert.Equal((Backbone, head.ModelVersion, 1, (Generation?)null), (record.Active!.ModelVersion, record.Active.QueryModel, record.Active.Number, record.Active.Next));
        Assert.Single(record.ModelChanges);
        Assert.Equal(before, await World.PointsAsync(1));
        Assert.Empty(await World.MissingAsync());
        Assert.Empty(World.Published);
    }

    [Fact]
    public async Task While_the_next_model_is_filled_the_serving_index_stays_as_it_was()
    {
        var before = await World.PointsAsync(1);
        var revision = (await World.ImageAsync(One))!.PayloadRevision;
        var head = await World.HeadAsync(1);
        await World.PrepareAsync(head);
        Assert.Null(await World.ReembeddedAsync(One, head.ModelVersion));

        Assert.Equal(before, await World.PointsAsync(1));
        Assert.Equal((revision, revision), ((await World.ImageAsync(One))!.PayloadRevision, (await World.ImageAsync(One))!.IndexedRevision));
        Assert.Equal(One, Assert.Single(await World.PointsAsync(2)).Key);
    }

    [Fact]
    public async Task After_the_switch_every_image_is_announced_with_the_new_model_even_if_the_process_dies_over_it()
    {
        var head = await World.HeadAsync(1);
        await World.PrepareAsync(head);
        await World.FillAsync(head.ModelVersion);
        World.BeforePublish = () => throw new IOException("dead");
        await Assert.ThrowsAsync<IOException>(World.SweepAsync);
        Assert.Equal(head.ModelVersion, await World.ServingAsync());

        World.BeforePublish = () => { };
        World.Restart();
        await World.SweepAsync();
        await World.SweepAsync();

        var announced = World.Published.Cast<ImageIndexed>().ToArray();
        Assert.Equal(new[] { One, Two }.Order(), announced.Select(image => image.ImageId).Order());
        Assert.All(announced, image => Assert.Equal((head.ModelVersion, ModelWorld.Encoder, TrafficClass.Bulk), (image.ModelVersion, image.EncoderVersion, image.Traffic)));
        var adopted = (await World.ImageAsync(One))!;
        Assert.Equal((head.ModelVersion, BlobKeys.Cnn(adopted.Collection, One, 1, head.ModelVersion)), (adopted.Stages[Stages.Cnn].Version, adopted.Stages[Stages.Cnn].FeatureKey));
        Assert.DoesNotContain(Stages.NextModel, adopted.Stages.Keys);

        await World.SettleAsync(One, Stages.Cnn, new() { Done = true, Version = Backbone, FeatureKey = "late" });
        await World.SettleAsync(One, Stages.Hash, new() { Done = true, Version = ModelWorld.Encoder, Code = new byte[8], ModelVersion = Backbone });
        var after = (await World.ImageAsync(One))!;
        Assert.Equal(adopted.Stages.Keys.Order(), after.Stages.Keys.Order());
        Assert.All(after.Stages, stage => Assert.True(stage.Value.SameAs(adopted.Stages[stage.Key]), stage.Key));
    }

    [Fact]
    public async Task Every_message_may_come_again_and_a_change_that_was_replaced_or_taken_back_does_not_come_back()
    {
        var first = await World.HeadAsync(1);
        var second = await World.HeadAsync(2, at: first.PublishedAt.AddSeconds(1));
        await World.PrepareAsync(first);
        Assert.True(await World.PrepareAsync(first));
        await World.ReembeddedAsync(One, first.ModelVersion);
        Assert.True(await World.PrepareAsync(second));
        Assert.False(await World.PrepareAsync(first));
        Assert.False(await World.PrepareAsync(first with { CorrelationId = Guid.NewGuid() }));
        Assert.Null(await World.ReembeddedAsync(Two, first.ModelVersion));
        await World.FillAsync(second.ModelVersion);
        await World.ReembeddedAsync(Two, second.ModelVersion);
        await World.SweepAsync();
        await World.SweepAsync();
        Assert.Equal(second.ModelVersion, await World.ServingAsync());
        Assert.Equal(["shop-g3", "shop-g3.hash-1"], await World.Index.ListCollectionsAsync());
        Assert.False(await World.Catalog.Blobs.ExistsAsync(BlobKeys.Cnn(ModelWorld.Collection, One, 1, first.ModelVersion), None));

        Assert.False(await World.PrepareAsync(second));
        await World.ReembeddedAsync(Two, second.ModelVersion);
        await World.ReembeddedAsync(Two, Backbone);
        Assert.Equal(ModelWorld.Embedding(second.ModelVersion), (await World.PointsAsync(3))[Two]);
        Assert.Null((await World.RecordAsync()).Active!.Next);
    }

    [Fact]
    public async Task What_does_not_fit_is_refused_and_nothing_is_half_done()
    {
        var head = await World.HeadAsync(1);
        var other = await World.HeadAsync(2, backbone: "cnn-2");
        Assert.False(await World.PrepareAsync(head with { Collection = "no-such" }));
        Assert.False(await World.PrepareAsync(other));
        Assert.False(await World.PrepareAsync(head with { BackboneVersion = "cnn-2" }));
        await Assert.ThrowsAsync<ArtifactNotFoundException>(() => World.PrepareAsync(head with { ModelVersion = "head-unknown" }));

        var record = await World.RecordAsync();
        Assert.Equal((0, (Generation?)null), (record.ModelChanges.Count, record.Active!.Next));
        Assert.Equal(["shop-g1", "shop-g1.hash-1"], await World.Index.ListCollectionsAsync());
    }
}
