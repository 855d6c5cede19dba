using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Learning.Evidence;
using Pipeline.ModelUpdating.Evidence;
using Xunit;

namespace Pipeline.Tests.Unit.ModelUpdating;

/// <summary>What people say of two images counts above every other evidence, through other images too.</summary>
public sealed class JudgedEvidenceTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly Guid[] _ids = new Guid[4];
    private UpdatingWorld _world = null!;

    public async Task InitializeAsync()
    {
        _world = await UpdatingWorld.CreateAsync(subjects: 0);
        for (var i = 0; i < _ids.Length; i++)
        {
            _ids[i] = await _world.AddImageAsync(i, 0, i < 3 ? "cat" : "dog");
        }

        Array.Sort(_ids);
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task Two_that_are_not_the_same_are_not_joined_through_a_third_and_the_less_trusted_pair_goes()
    {
        await _world.PairAsync(_ids[0], (_ids[1], PairKinds.Complementary, true), (_ids[3], PairKinds.CnnOnly, true));
        await _world.PairAsync(_ids[1], (_ids[2], PairKinds.Confirmed, true));
        Assert.Equal(3, (await PlanAsync()).Pairs.Count);

        await _world.JudgeAsync(_ids[0], _ids[2], PairVerdicts.NotSame);

        var plan = await PlanAsync();
        Assert.Equal([(0, 3), (1, 2)], Pairs(plan));
        Assert.Equal(1, plan.Contradictory);
    }

    [Fact]
    public async Task Among_pairs_of_one_kind_those_of_the_least_ids_stay_unless_a_person_said_that_others_are_the_same()
    {
        await _world.PairAsync(_ids[1], (_ids[2], PairKinds.Confirmed, true), (_ids[0], PairKinds.Confirmed, true));
        await _world.JudgeAsync(_ids[0], _ids[2], PairVerdicts.NotSame);
        Assert.Equal([(0, 1)], Pairs(await PlanAsync()));

        await _world.JudgeAsync(_ids[2], _ids[1], PairVerdicts.Same);
        Assert.Equal([(1, 2)], Pairs(await PlanAsync()));
    }

    [Fact]
    public async Task A_pair_that_was_mined_before_the_verdict_is_left_out_and_comes_back_when_it_is_withdrawn()
    {
        await _world.PairAsync(_ids[0], (_ids[1], PairKinds.Confirmed, true));
        await _world.JudgeAsync(_ids[1], _ids[0], PairVerdicts.NotSame);
        Assert.Empty((await PlanAsync()).Pairs);

        await _world.JudgeAsync(_ids[0], _ids[1], PairVerdicts.Withdrawn);
        Assert.Equal([(0, 1)], Pairs(await PlanAsync()));
    }

    [Fact]
    public async Task A_common_label_does_not_join_them_either()
    {
        _world.Updating.UseLabels = true;
        Guid[] cats = [.. (await LabelledAsync("cat")).Order()];
        await _world.JudgeAsync(cats[0], cats[2], PairVerdicts.NotSame);

        var plan = await PlanAsync();

        Assert.Equal([(cats[0], cats[1])], plan.Pairs.Select(pair => (plan.Images[pair.First].Id, plan.Images[pair.Second].Id)));
        Assert.Equal(2, plan.Contradictory);
    }

    [Fact]
    public async Task The_same_are_evidence_although_mining_never_paired_them_until_that_is_withdrawn()
    {
        await _world.JudgeAsync(_ids[2], _ids[0], PairVerdicts.Same);
        var pair = Assert.Single((await PlanAsync()).Pairs);
        Assert.Equal((0, 2, UpdatePlan.JudgedKind, true), (pair.First, pair.Second, pair.Kind, pair.IsNew));

        await _world.JudgeAsync(_ids[0], _ids[2], PairVerdicts.Withdrawn);
        Assert.Empty((await PlanAsync()).Pairs);
    }

    [Fact]
    public async Task The_same_that_mining_found_too_are_one_pair_of_the_mined_kind()
    {
        _world.Updating.UseLabels = true;
        await _world.PairAsync(_ids[0], (_ids[1], PairKinds.Confirmed, true));
        await _world.JudgeAsync(_ids[0], _ids[1], PairVerdicts.Same);

        Assert.Equal(PairKinds.Confirmed, Assert.Single((await PlanAsync()).Pairs, pair => (pair.First, pair.Second) == (0, 1)).Kind);
    }

    [Fact]
    public async Task The_same_stay_a_pair_whatever_geometry_said_before_the_verdict_and_labels_say()
    {
        _world.Updating.UseLabels = true;
        var (cat, dog) = ((await LabelledAsync("cat")).First(), (await LabelledAsync("dog")).First());
        await _world.PairAsync(cat, (dog, PairKinds.CnnOnly, true));
        await _world.PairAsync(dog, (cat, PairKinds.CnnOnly, false));
        Assert.Equal(1, (await PlanAsync()).Contradictory);

        await _world.JudgeAsync(cat, dog, PairVerdicts.Same);

        var plan = await PlanAsync();
        Assert.Equal(0, plan.Contradictory);
        Assert.Contains(plan.Pairs, pair => pair.Kind == PairKinds.CnnOnly && plan.Images[pair.First].Id == Least(cat, dog));

        static Guid Least(Guid a, Guid b) => a.CompareTo(b) < 0 ? a : b;
    }

    [Fact]
    public async Task Where_more_is_known_than_an_update_takes_what_people_said_comes_before_what_is_newer()
    {
        var old = (await _world.AddImageAsync(7, 0), await _world.AddImageAsync(8, 0));
        Guid[] newest = [await _world.AddImageAsync(9, 0), await _world.AddImageAsync(10, 0)];
        await _world.PairAsync(newest[0], (newest[1], PairKinds.Confirmed, true));
        await _world.JudgeAsync(old.Item1, old.Item2, PairVerdicts.Same);
        _world.Updating.MaxPairs = 1;

        var plan = await PlanAsync();

        var pair = Assert.Single(plan.Pairs);
        Assert.Equal(new[] { old.Item1, old.Item2 }.Order(), [plan.Images[pair.First].Id, plan.Images[pair.Second].Id]);
    }

    [Fact]
    public async Task A_verdict_on_an_earlier_life_says_nothing()
    {
        await _world.PairAsync(_ids[0], (_ids[1], PairKinds.Confirmed, true));
        await _world.Catalog.Images.UpdateAsync(
            UpdatingWorld.Collection,
            _ids[0],
            record => record!.With(new PairVerdict(_ids[1], 0, PairVerdicts.NotSame, "otto", DateTimeOffset.UnixEpoch))
                .With(new PairVerdict(_ids[2], 0, PairVerdicts.Same, "otto", DateTimeOffset.UnixEpoch)),
            None);

        Assert.Equal([(0, 1)], Pairs(await PlanAsync()));
    }

    [Fact]
    public async Task No_subject_of_a_plan_holds_two_that_are_not_the_same_whatever_was_mined_and_said()
    {
        var random = new Random(3);
        var ids = new List<Guid>(_ids);
        for (var i = _ids.Length; i < 16; i++)
        {
            ids.Add(await _world.AddImageAsync(i, 0));
        }

        string[] kinds = [PairKinds.Confirmed, PairKinds.Complementary, PairKinds.CnnOnly];
        foreach (var id in ids)
        {
            await _world.PairAsync(id, [.. ids.Where(other => other != id && random.Next(5) == 0).Select(other => (other, kinds[random.Next(3)], true))]);
        }

        Assert.Equal(0, (await PlanAsync()).Contradictory);
        var apart = new List<(Guid, Guid)>();
        for (var verdict = 0; verdict < 12; verdict++)
        {
            var (first, second) = (ids[random.Next(8)], ids[8 + random.Next(8)]);
            await _world.JudgeAsync(first, second, PairVerdicts.NotSame);
            apart.Add((first, second));

            var plan = await PlanAsync();
            var evidence = EvidenceGraph.OfPairs(plan.Images.Count, plan.Pairs.Select(pair => new EvidencePair(pair.First, pair.Second)));
            var subjectOf = plan.Images.Select((image, place) => (image.Id, Subject: evidence.Subject(place))).ToDictionary(image => image.Id, image => image.Subject);
            Assert.All(apart, pair => Assert.NotEqual(subjectOf[pair.Item1], subjectOf[pair.Item2]));
            Assert.True(plan.Contradictory > 0);
            Assert.NotEmpty(plan.Pairs);
        }
    }

    private static IEnumerable<(int, int)> Pairs(UpdatePlan plan) => plan.Pairs.Select(pair => (pair.First, pair.Second));

    private async Task<IEnumerable<Guid>> LabelledAsync(string label) =>
        (await _world.Catalog.Images.GetManyAsync(UpdatingWorld.Collection, _ids, None)).Where(image => image!.Labels.Contains(label)).Select(image => image!.ImageId);

    private Task<UpdatePlan> PlanAsync() => _world.Planner().PlanAsync(UpdatingWorld.Collection, _world.Present, 1, None);
}
