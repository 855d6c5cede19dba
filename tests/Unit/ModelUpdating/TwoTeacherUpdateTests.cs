using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Learning.Phases;
using Xunit;

namespace Pipeline.Tests.Unit.ModelUpdating;

/// <summary>Updates whose head learns from a specialist and from synthesised inputs.</summary>
public sealed class TwoTeacherUpdateTests : IAsyncLifetime
{
    private const int Training = 40;
    private const int Synthesis = 10;
    private static readonly CancellationToken None = CancellationToken.None;
    private UpdatingWorld _world = null!;

    public async Task InitializeAsync()
    {
        _world = await UpdatingWorld.CreateAsync(head: UpdatingWorld.NormalisedHead());
        (_world.Learning.Fidelity, _world.Learning.Specialist, _world.Learning.Rehearsal) = (0, 1, 1);
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task Progress_says_the_phase_and_the_registry_says_which_losses_taught()
    {
        var command = UpdatingWorld.Command();
        List<ModelUpdateProgressed> told = [];
        Assert.NotNull(await _world.RunAsync(command, told.Add));

        Assert.Equal(UpdatePhases.Specialist, told[0].Phase);
        Assert.Equal((UpdatePhases.Training, (2 * Training) + Synthesis), (told[^1].Phase, told[^1].Step));
        Assert.Contains("rehearsal", told[^1].Losses.Keys);
        var progress = (await _world.Updates.GetProgressAsync(UpdatingWorld.Collection, command.CorrelationId, None))!;
        Assert.Equal([(UpdatePhases.Specialist, Training), (UpdatePhases.Synthesis, Synthesis)], progress.Past.Select(phase => (phase.Phase, phase.Curve.Steps[^1])));
        Assert.Equal((UpdatePhases.Training, Training), (progress.Phase, progress.Curve.Steps[^1]));
        Assert.Equal(Training, progress.Curve.Terms["specialist"].Count);

        var update = await _world.UpdateAsync(command);
        Assert.Equal((_world.Synthesis.Unclassed, (2 * Training) + Synthesis), (update.Data!.Synthesised, update.Data.Steps));
        var lineage = (await _world.Catalog.Artifacts.GetAsync(update.Version!, None))!.Lineage;
        Assert.Equal(("1", "1", "10"), (lineage.Settings["learning.specialist"], lineage.Settings["learning.rehearsal"], lineage.Settings["synthesis.steps"]));
        Assert.Equal(_world.Synthesis.Unclassed, lineage.Metrics["synthesised"]);
    }

    [Fact]
    public async Task What_the_serving_model_learned_is_rehearsed_and_only_what_is_new_is_learned()
    {
        var first = UpdatingWorld.Command();
        Assert.NotNull(await _world.RunAsync(first));
        var learned = (await _world.UpdateAsync(first)).Data!;
        await _world.ServeAsync((await _world.UpdateAsync(first)).Version!);
        var heldOutSubjects = learned.HeldOut / 6;
        await AddAsync(subjects: 4);

        var second = UpdatingWorld.Command();
        await _world.RunAsync(second);
        var update = await _world.UpdateAsync(second);
        Assert.True(update.State == TrainingState.Done, update.Detail);

        // What was kept back before is as new as what came since, and of either a fifth is kept back now.
        Assert.Equal((8 - heldOutSubjects - SubjectsKeptBack(8 - heldOutSubjects)) * _world.Synthesis.PerClass, update.Data!.Synthesised);
        Assert.Equal(6 * (4 + heldOutSubjects - SubjectsKeptBack(4 + heldOutSubjects)), update.Data.Learned);
        Assert.Equal(48, update.Data.Images);

        static int SubjectsKeptBack(int subjects) => (int)Math.Ceiling(0.2 * subjects);
    }

    [Fact]
    public async Task Pairs_of_a_rejected_head_stay_new()
    {
        _world.Gate.MinGain = 1;
        var rejected = UpdatingWorld.Command();
        Assert.Null(await _world.RunAsync(rejected));
        var again = UpdatingWorld.Command();
        Assert.Null(await _world.RunAsync(again));
        Assert.Equal(_world.Synthesis.Unclassed, (await _world.UpdateAsync(again)).Data!.Synthesised);
        Assert.Equal((await _world.UpdateAsync(rejected)).Version, (await _world.UpdateAsync(again)).Version);
    }

    [Fact]
    public async Task A_head_without_batch_normalisation_cannot_rehearse()
    {
        await using var world = await UpdatingWorld.CreateAsync();
        world.Learning.Rehearsal = 1;
        var command = UpdatingWorld.Command();
        Assert.Null(await world.RunAsync(command));
        var update = await world.UpdateAsync(command);
        Assert.Equal((TrainingState.Failed, TrainingReasons.NotLearnable), (update.State, update.Reason));
        Assert.Contains("no batch normalisation", update.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(Training + 5)]
    [InlineData(Training + Synthesis + 20)]
    public async Task An_update_broken_off_in_any_phase_goes_on_in_it_to_the_same_head(int brokenAt)
    {
        var whole = UpdatingWorld.Command();
        await _world.RunAsync(whole);
        var command = await BrokenAsync(brokenAt);

        var steps = 0;
        _world.Blobs.BeforePut = key =>
        {
            steps += key.EndsWith("/checkpoint", StringComparison.Ordinal) ? 1 : 0;
            return Task.CompletedTask;
        };
        Assert.NotNull(await _world.RunAsync(command));

        Assert.Equal((await _world.UpdateAsync(whole)).Version, (await _world.UpdateAsync(command)).Version);
        Assert.Equal((2 * Training) + Synthesis - brokenAt, steps);
        var progress = (await _world.Updates.GetProgressAsync(UpdatingWorld.Collection, command.CorrelationId, None))!;
        Assert.Equal(
            [Enumerable.Range(1, Training), Enumerable.Range(1, Synthesis), Enumerable.Range(1, Training)],
            [.. progress.Past.Select(phase => phase.Curve.Steps), progress.Curve.Steps]);
        Assert.False(await _world.LeftAnythingAsync(command));
    }

    private async Task AddAsync(int subjects)
    {
        for (var subject = 0; subject < subjects; subject++)
        {
            await _world.AddSubjectAsync(100 + subject);
        }
    }

    /// <summary>Runs until the checkpoint after that many steps is about to be written; a process that is killed there writes it no more.</summary>
    private async Task<UpdateModel> BrokenAsync(int steps)
    {
        using var killed = new CancellationTokenSource();
        var checkpoints = 0;
        _world.Blobs.BeforePut = async key =>
        {
            if (key.EndsWith("/checkpoint", StringComparison.Ordinal) && ++checkpoints == steps)
            {
                await killed.CancelAsync();
            }
        };
        var command = UpdatingWorld.Command();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _world.RunAsync(command, ct: killed.Token));
        return command;
    }
}
