using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Contracts.Commands;
using Pipeline.Catalog;
using Pipeline.ModelUpdating.Evidence;
using Xunit;

namespace Pipeline.Tests.Unit.ModelUpdating;

/// <summary>When an update starts by itself.</summary>
public sealed class UpdateStartTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private UpdatingWorld _world = null!;

    public async Task InitializeAsync()
    {
        _world = await UpdatingWorld.CreateAsync(subjects: 3);
        _world.Updating.MinNewPairs = 18;
        _world.Updating.MinImages = 12;
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task Enough_new_pairs_in_enough_images_start_one_update_however_many_look()
    {
        var command = (await LookAsync())!;
        Assert.Equal((UpdatingWorld.Collection, TrainingState.Requested), (command.Collection, (await _world.UpdateAsync(command)).State));
        Assert.Null(await LookAsync());
        Assert.Single((await _world.Updates.GetAsync(UpdatingWorld.Collection, None)).Trainings);
    }

    [Fact]
    public async Task Two_processes_that_look_at_once_ask_for_the_same_update()
    {
        var commands = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => LookAsync()));
        Assert.Single(commands.OfType<UpdateModel>().Distinct());
        Assert.Single((await _world.Updates.GetAsync(UpdatingWorld.Collection, None)).Trainings);
    }

    [Theory]
    [InlineData(19, 12, true)]
    [InlineData(18, 13, true)]
    [InlineData(18, 12, false)]
    public async Task Too_few_pairs_or_images_or_not_by_itself_start_none(int pairs, int images, bool automatic)
    {
        (_world.Updating.MinNewPairs, _world.Updating.MinImages, _world.Updating.Automatic) = (pairs, images, automatic);
        Assert.Null(await LookAsync());
    }

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(false, true, true)]
    [InlineData(false, null, false)]
    public async Task A_collection_may_want_it_otherwise_than_configured(bool configured, bool? wanted, bool starts)
    {
        _world.Updating.Automatic = configured;
        await _world.Catalog.Collections.TryConfigureAsync(
            UpdatingWorld.Collection, new CollectionSettings { Model = new() { Automatic = wanted } }, expectedRevision: null, None);
        Assert.Equal(starts, await LookAsync() is not null);
    }

    [Fact]
    public async Task Pairs_that_an_update_has_seen_are_not_new_however_often_they_are_told()
    {
        await _world.RunAsync(UpdatingWorld.Command());
        var (start, later) = (_world.Start(new ShiftedTime(TimeSpan.FromHours(1))), _world.Subjects[0]);
        for (var i = 0; i < 50; i++)
        {
            await HintAsync(later[0], later[1]);
        }

        Assert.Null(await start.LookAsync(UpdatingWorld.Collection, None));
        Assert.Equal(0, await _world.Pairs.HintedAsync(UpdatingWorld.Collection, None));

        _world.Updating.MinNewPairs = 6;
        var added = await _world.AddSubjectAsync(50);
        Assert.Null(await start.LookAsync(UpdatingWorld.Collection, None));
        for (var i = 0; i < 6; i++)
        {
            await HintAsync(added[0], added[1]);
        }

        Assert.NotNull(await start.LookAsync(UpdatingWorld.Collection, None));
    }

    [Fact]
    public async Task Two_that_a_person_said_are_the_same_are_a_new_pair_once_although_mining_never_told_of_them()
    {
        await _world.RunAsync(UpdatingWorld.Command());
        var start = _world.Start(new ShiftedTime(TimeSpan.FromHours(1)));
        _world.Updating.MinNewPairs = 1;
        Assert.Null(await start.LookAsync(UpdatingWorld.Collection, None));

        var (first, second) = (_world.Subjects[0][0], _world.Subjects[1][0]);
        await _world.JudgeAsync(first, second, PairVerdicts.Same);
        Assert.Equal(1, (await _world.Pairs.CountAsync(UpdatingWorld.Collection, None)).NewPairs);
        var update = (await start.LookAsync(UpdatingWorld.Collection, None))!;
        await _world.RunAsync(update);

        Assert.Equal(1, (await _world.UpdateAsync(update)).Data!.Pairs[UpdatePlan.JudgedKind]);
        Assert.Equal(0, (await _world.Pairs.CountAsync(UpdatingWorld.Collection, None)).NewPairs);
    }

    [Theory]
    [InlineData(PairVerdicts.Same, 1)]
    [InlineData(PairVerdicts.NotSame, 0)]
    [InlineData(PairVerdicts.Withdrawn, 0)]
    public async Task Only_the_word_that_two_are_the_same_is_a_hint_to_look(string verdict, int hinted)
    {
        await _world.Pairs.CountAsync(UpdatingWorld.Collection, None);
        var before = await _world.Pairs.HintedAsync(UpdatingWorld.Collection, None);
        await _world.Pairs.HintAsync(
            new PairJudged
            {
                Collection = UpdatingWorld.Collection,
                FirstId = _world.Subjects[0][0],
                SecondId = _world.Subjects[1][0],
                Verdict = verdict,
                By = "otto",
                At = DateTimeOffset.UnixEpoch,
            },
            None);

        Assert.Equal(before + hinted, await _world.Pairs.HintedAsync(UpdatingWorld.Collection, None));
    }

    [Fact]
    public async Task Between_two_updates_there_is_a_while()
    {
        await _world.RunAsync(UpdatingWorld.Command());
        foreach (var subject in Enumerable.Range(50, 3))
        {
            await _world.AddSubjectAsync(subject);
        }

        Assert.Null(await LookAsync());
        Assert.NotNull(await _world.Start(new ShiftedTime(_world.Updating.MinInterval)).LookAsync(UpdatingWorld.Collection, None));
    }

    [Fact]
    public async Task An_update_that_was_asked_for_and_never_begun_is_asked_for_again()
    {
        var command = (await LookAsync())!;
        var later = _world.Start(new ShiftedTime(_world.Updating.RetryAfter));
        Assert.Equal(command, await later.LookAsync(UpdatingWorld.Collection, None));
        Assert.Null(await later.LookAsync(UpdatingWorld.Collection, None));
    }

    [Fact]
    public async Task An_update_whose_process_gave_up_is_asked_for_again_but_none_that_somebody_is_at()
    {
        var command = (await LookAsync())!;
        var later = new ShiftedTime(_world.Updating.RetryAfter);
        await _world.Updates.BeginAsync(command, Guid.NewGuid(), TimeSpan.FromDays(1), None);
        Assert.Null(await _world.Start(later).LookAsync(UpdatingWorld.Collection, None));

        var record = await _world.Updates.GetAsync(UpdatingWorld.Collection, None);
        await _world.Updates.ReleaseAsync(UpdatingWorld.Collection, record.Holder!.Value, None);
        Assert.Null(await LookAsync());
        Assert.Equal(command, await _world.Start(later).LookAsync(UpdatingWorld.Collection, None));
    }

    private Task<UpdateModel?> LookAsync() => _world.Start().LookAsync(UpdatingWorld.Collection, None);

    private Task HintAsync(Guid image, Guid other) => _world.Pairs.HintAsync(
        new NeighboursMined
        {
            Collection = UpdatingWorld.Collection,
            ImageId = image,
            Sequence = 1,
            Changed = [new MinedPair { OtherId = other, Kind = PairKinds.Confirmed, Verified = true }],
            Removed = [],
        },
        None);

    private sealed class ShiftedTime(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
