using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Xunit;

namespace Pipeline.Tests.Unit.Indexing;

/// <summary>Generations are filled, served, kept, rolled back and given up.</summary>
public sealed class GenerationTests : GenerationWorld
{
    [Fact]
    public async Task A_reindex_with_the_same_versions_serves_from_a_fresh_index_and_keeps_theOne_before()
    {
        var change = await ReindexAsync();
        await World.SweepAsync();

        var record = await World.RecordAsync();
        Assert.Equal((2, 1, (Generation?)null), (record.Active!.Number, record.Active.Kept?.Number, record.Active.Next));
        Assert.Equal(new[] { One, Two }.Order(), (await World.PointsAsync(2)).Keys.Order());
        Assert.Equal(2, await World.Index.CountAsync("shop-g2.hash-1"));
        Assert.Empty(World.Published);
        Assert.Equal([GenerationStates.Kept, GenerationStates.Serving], (await LogAsync()).Select(entry => entry.State));
        var served = (await LogAsync())[^1];
        Assert.Equal((change, "for a test", 2L, 2L, 2L, 1.0), (served.Change, served.Reason, served.Verification!.Images, served.Verification.Points, served.Verification.Codes, served.Verification.Recall));
        Assert.Equal(GenerationStates.Serving, World.Progress.Last().State);
    }

    [Fact]
    public async Task What_comes_and_goes_meanwhile_is_in_both_and_a_roll_back_at_any_time_loses_nothing()
    {
        await ReindexAsync();
        var during = await World.LiveAsync();
        await World.DeleteAsync(One);
        await World.SweepAsync();
        var after = await World.LiveAsync();
        await World.DeleteAsync(Two);
        Assert.Equal(new[] { during, after }.Order(), (await World.PointsAsync(1)).Keys.Order());
        Assert.Equal(new[] { during, after }.Order(), (await World.PointsAsync(2)).Keys.Order());

        var rollback = new RollbackCollection { Collection = Collection, Generation = 2, Reason = "worse", CorrelationId = Guid.NewGuid() };
        await World.Commands.RollBackAsync(rollback, None);
        await World.Commands.RollBackAsync(rollback, None);
        await World.Commands.RollBackAsync(rollback with { CorrelationId = Guid.NewGuid() }, None);

        var record = await World.RecordAsync();
        Assert.Equal((1, 2), (record.Active!.Number, record.Active.Kept!.Number));
        Assert.Equal([GenerationStates.Serving, GenerationStates.RolledBack], (await LogAsync()).Select(entry => entry.State));
        Assert.Equal(GenerationStates.Refused, World.Progress.Last().State);
        var late = await World.LiveAsync();
        Assert.Equal(2, await World.Index.CountAsync("shop-g1") - 1);
        Assert.Contains(late, (await World.PointsAsync(2)).Keys);
    }

    [Fact]
    public async Task After_its_time_the_previous_generation_goes_with_its_index()
    {
        await ReindexAsync();
        await World.SweepAsync();
        Assert.Contains("shop-g1", await World.Index.ListCollectionsAsync());
        World.Restart();
        await World.SweepAsync();

        Assert.Equal(["shop-g2", "shop-g2.hash-1"], await World.Index.ListCollectionsAsync());
        Assert.Equal(GenerationStates.Retired, (await LogAsync())[0].State);
        await World.Commands.RollBackAsync(new() { Collection = Collection, CorrelationId = Guid.NewGuid() }, None);
        Assert.Equal(2, (await World.RecordAsync()).Active!.Number);
        Assert.StartsWith("no-previous-generation", World.Progress.Last().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_reindex_is_refused_whileOne_is_under_way_and_stays_refused()
    {
        await ReindexAsync();
        var second = new ReindexCollection { Collection = Collection, CorrelationId = Guid.NewGuid() };
        await World.Commands.BeginAsync(second, None);
        var told = World.Progress.Last();
        Assert.Equal((GenerationStates.Refused, 2, second.CorrelationId), (told.State, told.Generation, told.CorrelationId));

        await World.SweepAsync();
        await World.Commands.BeginAsync(second, None);

        var record = await World.RecordAsync();
        Assert.Equal((2, (Generation?)null), (record.Active!.Number, record.Active.Next));
    }

    [Fact]
    public async Task A_reindex_that_is_cancelled_leaves_nothing_and_its_number_is_not_given_again()
    {
        var first = await ReindexAsync();
        await HoldAsync();
        await World.SweepAsync();
        Assert.Equal(2, await World.Index.CountAsync("shop-g2"));
        var cancel = new CancelReindex { Collection = Collection, Generation = 2, Reason = "enough", CorrelationId = Guid.NewGuid() };
        await World.Commands.CancelAsync(cancel, None);
        await World.Commands.CancelAsync(cancel, None);
        await World.Commands.BeginAsync(new() { Collection = Collection, CorrelationId = first }, None);
        await World.SweepAsync();

        var record = await World.RecordAsync();
        Assert.Equal((1, (Generation?)null, (Generation?)null), (record.Active!.Number, record.Active.Next, record.Active.Kept));
        Assert.Equal(["shop-g1", "shop-g1.hash-1"], await World.Index.ListCollectionsAsync());
        Assert.Equal((GenerationStates.Cancelled, "enough"), ((await LogAsync())[^1].State, (await LogAsync())[^1].Detail));
        await ReindexAsync();
        Assert.Equal(3, (await World.RecordAsync()).Active!.Next!.Number);
    }

    [Fact]
    public async Task The_aliases_follow_what_serves_and_are_set_right_where_somebody_moved_them()
    {
        await World.SweepAsync();
        Assert.Equal("shop-g1", (await World.Index.GetAliasesAsync())["shop.serving"]);
        await ReindexAsync();
        await World.SweepAsync();
        Assert.Equal(("shop-g2", "shop-g2.hash-1"), ((await World.Index.GetAliasesAsync())["shop.serving"], (await World.Index.GetAliasesAsync())["shop.serving-codes"]));

        await World.Index.SetAliasAsync("shop.serving", "shop-g1");
        await World.SweepAsync();

        Assert.Equal("shop-g2", (await World.Index.GetAliasesAsync())["shop.serving"]);
    }

    [Fact]
    public async Task A_serving_index_that_is_removed_behind_our_back_is_filled_anew_by_itself()
    {
        await World.SweepAsync();
        await World.Index.DropCollectionAsync("shop-g1");
        await World.SweepAsync();
        var late = await World.LiveAsync();
        await World.SweepAsync();

        var record = await World.RecordAsync();
        Assert.Equal((2, (Generation?)null), (record.Active!.Number, record.Active.Next));
        Assert.Equal(new[] { One, Two, late }.Order(), (await World.PointsAsync(2)).Keys.Order());
        Assert.Equal("the serving index was lost", (await LogAsync())[^1].Reason);
    }
}
