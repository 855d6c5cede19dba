using Pipeline.Catalog;
using Xunit;

namespace Pipeline.Tests.Unit.Indexing;

/// <summary>The model before comes back, and what of it is kept for that.</summary>
public sealed class ModelRollBackTests : ModelTest
{
    [Fact]
    public async Task What_only_asks_is_taken_back_by_a_rollback_and_replaced_by_a_model_that_serves()
    {
        var head = await World.HeadAsync(1) with { ReindexRequired = false };
        await World.PrepareAsync(head);
        Assert.False(await World.RollBackAsync(model: "head-of-another-time"));
        Assert.Equal(head.ModelVersion, (await World.RecordAsync()).Active!.QueryModel);
        Assert.False(await World.RollBackAsync(model: head.ModelVersion));
        Assert.Equal(Backbone, (await World.RecordAsync()).Active!.QueryModel);

        await World.PrepareAsync(await World.HeadAsync(2) with { ReindexRequired = false });
        var later = await World.HeadAsync(3);
        await World.ChangeAsync(later);
        var record = await World.RecordAsync();
        Assert.Equal((later.ModelVersion, later.ModelVersion), (record.Active!.ModelVersion, record.Active.QueryModel));
        Assert.Equal(Backbone, record.Previous!.QueryModel);
    }

    [Fact]
    public async Task A_roll_back_lets_the_previous_model_serve_again_with_what_came_and_went_meanwhile()
    {
        var head = await World.HeadAsync(1);
        await World.ChangeAsync(head);
        var late = await World.LiveAsync();
        await World.ReembeddedAsync(late, head.ModelVersion);
        await World.DeleteAsync(One);
        var rollback = Guid.NewGuid();

        Assert.False(await World.RollBackAsync(model: "head-of-another-time"));
        Assert.True(await World.RollBackAsync(rollback, head.ModelVersion));
        Assert.True(await World.RollBackAsync(rollback, head.ModelVersion));
        await World.FillAsync(Backbone);
        await World.SweepAsync();

        Assert.Equal(Backbone, await World.ServingAsync());
        Assert.False(await World.RollBackAsync(rollback, head.ModelVersion));
        Assert.False(await World.PrepareAsync(head));
        var points = await World.PointsAsync(3);
        Assert.Equal(new[] { Two, late }.Order(), points.Keys.Order());
        Assert.All(points.Values, vector => Assert.Equal(ModelWorld.Embedding(Backbone), vector));
        Assert.True(await World.RollBackAsync());
        await World.FillAsync(head.ModelVersion);
        await World.SweepAsync();
        Assert.Equal(head.ModelVersion, await World.ServingAsync());
    }

    [Fact]
    public async Task A_roll_back_during_a_change_gives_the_change_up_and_leaves_nothing_of_it()
    {
        Assert.False(await World.RollBackAsync());
        var head = await World.HeadAsync(1);
        await World.PrepareAsync(head);
        await World.ReembeddedAsync(One, head.ModelVersion);

        Assert.False(await World.RollBackAsync());
        await World.SweepAsync();

        var record = await World.RecordAsync();
        Assert.Equal((Backbone, (Generation?)null, 0), (record.Active!.ModelVersion, record.Active.Next, record.RetiredModels.Count));
        Assert.Equal(["shop-g1", "shop-g1.hash-1"], await World.Index.ListCollectionsAsync());
        Assert.False(await World.Catalog.Blobs.ExistsAsync(BlobKeys.Cnn(ModelWorld.Collection, One, 1, head.ModelVersion), None));
        Assert.True(await World.PrepareAsync(head with { CorrelationId = Guid.NewGuid() }));
        await World.FillAsync(head.ModelVersion);
        await World.SweepAsync();
        Assert.Equal(3, (await World.RecordAsync()).Active!.Number);
    }

    [Fact]
    public async Task Embeddings_of_the_previous_model_stay_for_a_roll_back_and_those_before_it_go()
    {
        World.Restart(keep: TimeSpan.FromHours(1));
        var heads = new[] { await World.HeadAsync(1), await World.HeadAsync(2), await World.HeadAsync(3) };
        foreach (var head in heads)
        {
            await World.ChangeAsync(head);
        }

        bool[] kept =
        [
            .. await Task.WhenAll(heads.Select(head => head.ModelVersion).Prepend(Backbone)
                .Select(model => World.Catalog.Blobs.ExistsAsync(BlobKeys.Cnn(ModelWorld.Collection, One, 1, model), None))),
        ];
        Assert.Equal([true, false, true, true], kept);
    }

    [Fact]
    public async Task The_replaced_index_stays_for_searches_that_began_before()
    {
        World.Restart(grace: TimeSpan.FromHours(1));
        await World.ChangeAsync(await World.HeadAsync(1));
        Assert.Contains("shop-g1", await World.Index.ListCollectionsAsync());

        World.Restart();
        await World.SweepAsync();

        Assert.Equal(["shop-g2", "shop-g2.hash-1"], await World.Index.ListCollectionsAsync());
    }
}
