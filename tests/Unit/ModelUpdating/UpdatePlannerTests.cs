using Pipeline.Contracts.Events;
using Pipeline.ModelUpdating.Evidence;
using Xunit;

namespace Pipeline.Tests.Unit.ModelUpdating;

/// <summary>What is evidence, and how much of it.</summary>
public sealed class UpdatePlannerTests : IAsyncLifetime
{
    private UpdatingWorld _world = null!;

    public async Task InitializeAsync() => _world = await UpdatingWorld.CreateAsync(subjects: 0);

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task Verified_pairs_count_once_whichever_side_tells_of_them_and_the_stronger_kind_holds()
    {
        var (a, b, c) = (await ImageAsync(1), await ImageAsync(2), await ImageAsync(3));
        await _world.PairAsync(a, (b, PairKinds.Complementary, true), (c, PairKinds.CnnOnly, false));
        await _world.PairAsync(b, (a, PairKinds.Confirmed, true));

        var plan = await PlanAsync();
        Assert.Equal(new[] { a, b, c }.Order(), plan.Images.Select(image => image.Id));
        var pair = Assert.Single(plan.Pairs);
        Assert.Equal(PairKinds.Confirmed, pair.Kind);
        Assert.Equal(new[] { a, b }.Order(), [plan.Images[pair.First].Id, plan.Images[pair.Second].Id]);
        Assert.Equal(0, plan.Contradictory);
    }

    [Fact]
    public async Task A_pair_that_one_side_denies_is_left_out_and_counted()
    {
        var (a, b) = (await ImageAsync(1), await ImageAsync(2));
        await _world.PairAsync(a, (b, PairKinds.Confirmed, true));
        await _world.PairAsync(b, (a, PairKinds.Confirmed, false));

        var plan = await PlanAsync();
        Assert.Empty(plan.Pairs);
        Assert.Equal(1, plan.Contradictory);
    }

    [Fact]
    public async Task Pairs_with_a_deleted_image_are_no_evidence()
    {
        var (a, b, c) = (await ImageAsync(1), await ImageAsync(2), await ImageAsync(3));
        await _world.PairAsync(a, (b, PairKinds.Confirmed, true), (c, PairKinds.Confirmed, true));
        await _world.DeleteAsync(b);

        var plan = await PlanAsync();
        Assert.Equal(new[] { a, c }.Order(), plan.Images.Select(image => image.Id));
        Assert.Single(plan.Pairs);
    }

    [Fact]
    public async Task Labels_are_evidence_for_and_against_where_they_are_to_be_used()
    {
        var (a, b) = (await ImageAsync(1, "cat"), await ImageAsync(2, "cat", "garden"));
        var (c, d) = (await ImageAsync(3, "dog"), await ImageAsync(4));
        await _world.PairAsync(a, (c, PairKinds.Complementary, true), (d, PairKinds.Complementary, true));
        Assert.Equal((2, 0), await CountsAsync());

        _world.Updating.UseLabels = true;
        var plan = await PlanAsync();
        Assert.Equal((2, 1), (plan.Pairs.Count, plan.Contradictory));
        var labelled = Assert.Single(plan.Pairs, pair => pair.Kind == UpdatePlan.LabelKind);
        Assert.Equal(new[] { a, b }.Order(), [plan.Images[labelled.First].Id, plan.Images[labelled.Second].Id]);
    }

    [Fact]
    public async Task A_label_of_many_images_connects_all_of_them_with_a_few_pairs_each()
    {
        _world.Updating.UseLabels = true;
        for (var i = 0; i < 20; i++)
        {
            await ImageAsync(i, "cat");
        }

        var plan = await PlanAsync();
        Assert.Equal(80, plan.Pairs.Count);
        Assert.Equal(plan.Pairs.Count, plan.Pairs.Select(pair => (pair.First, pair.Second)).Distinct().Count());
    }

    [Fact]
    public async Task Images_of_pairs_come_first_then_the_newest_others_and_no_more_than_allowed()
    {
        var ids = new List<Guid>();
        for (var i = 0; i < 10; i++)
        {
            ids.Add(await ImageAsync(i));
        }

        await _world.PairAsync(ids[0], (ids[1], PairKinds.Complementary, true));
        await _world.PairAsync(ids[4], (ids[5], PairKinds.Complementary, true));
        _world.Updating.MaxImages = 5;
        var plan = await PlanAsync();
        Assert.Equal(new[] { ids[0], ids[1], ids[4], ids[5], ids[9] }.Order(), plan.Images.Select(image => image.Id));

        _world.Updating.MaxImages = 4;
        _world.Updating.MaxPairs = 1;
        plan = await PlanAsync();
        Assert.Equal(new[] { ids[4], ids[5], ids[9], ids[8] }.Order(), plan.Images.Select(image => image.Id));
        Assert.Single(plan.Pairs);
    }

    private Task<Guid> ImageAsync(int number, params string[] labels) => _world.AddImageAsync(number, 0, labels);

    private Task<UpdatePlan> PlanAsync() => _world.Planner().PlanAsync(UpdatingWorld.Collection, _world.Present, 1, CancellationToken.None);

    private async Task<(int, int)> CountsAsync() => await PlanAsync() is var plan ? (plan.Pairs.Count, plan.Contradictory) : default;
}
