using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Storage;
using Xunit;

namespace Pipeline.Tests.Unit.ModelUpdating;

/// <summary>Updates whose process dies, and checkpoints that cannot be written or read.</summary>
public sealed class InterruptedUpdateTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private UpdatingWorld _world = null!;
    private int _checkpoints;
    private string _uninterrupted = "";

    public async Task InitializeAsync()
    {
        _world = await UpdatingWorld.CreateAsync();
        var command = UpdatingWorld.Command();
        await _world.RunAsync(command);
        _uninterrupted = (await _world.UpdateAsync(command)).Version!;
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task An_update_goes_on_from_its_last_checkpoint_to_the_very_same_head_whatever_came_meanwhile()
    {
        var command = await InterruptedAsync(atCheckpoint: 20);
        Assert.Equal(TrainingState.Running, (await _world.UpdateAsync(command)).State);
        await _world.AddSubjectAsync(100);

        _checkpoints = 0;
        Assert.NotNull(await _world.RunAsync(command));

        var update = await _world.UpdateAsync(command);
        Assert.Equal((_uninterrupted, 32), (update.Version, update.Data!.Images));
        Assert.Equal(20, _checkpoints);
        var progress = (await _world.Updates.GetProgressAsync(UpdatingWorld.Collection, command.CorrelationId, None))!;
        Assert.Equal(Enumerable.Range(1, 40), progress.Curve.Steps);
        Assert.False(await _world.LeftAnythingAsync(command));
    }

    [Theory]
    [InlineData(40)]
    [InlineData(2)]
    public async Task A_damaged_checkpoint_is_begun_anew_with_a_warning(int damagedAt)
    {
        var command = await InterruptedAsync(atCheckpoint: 10);
        var key = BlobKeys.ModelUpdateCheckpoint(UpdatingWorld.Collection, command.CorrelationId);
        var checkpoint = (await _world.Blobs.TryReadAsync(key, None))!;
        checkpoint[damagedAt] ^= 1;
        await _world.Catalog.Blobs.PutAsync(key, checkpoint, None);

        _checkpoints = 0;
        Assert.NotNull(await _world.RunAsync(command));
        Assert.Equal((_uninterrupted, 39), ((await _world.UpdateAsync(command)).Version, _checkpoints));
        Assert.Contains(_world.Log, line => line.StartsWith("Warning: The checkpoint", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_update_is_begun_anew_without_an_image_that_was_deleted_meanwhile()
    {
        var command = await InterruptedAsync(atCheckpoint: 10);
        await _world.DeleteAsync(_world.Subjects[0][0]);

        await _world.RunAsync(command);

        var update = await _world.UpdateAsync(command);
        Assert.Equal((31, 45), (update.Data!.Images, update.Data.Pairs[PairKinds.Complementary]));
    }

    [Fact]
    public async Task An_update_is_begun_anew_when_somebody_said_meanwhile_that_two_of_a_subject_are_not_the_same()
    {
        var command = await InterruptedAsync(atCheckpoint: 10);
        await _world.JudgeAsync(_world.Subjects[0][0], _world.Subjects[0][1], PairVerdicts.NotSame);

        await _world.RunAsync(command);

        var data = (await _world.UpdateAsync(command)).Data!;
        Assert.Equal((32, 45, 3), (data.Images, data.Pairs[PairKinds.Complementary], data.Contradictory));
    }

    [Fact]
    public async Task An_update_is_begun_anew_without_what_somebody_said_and_took_back_meanwhile()
    {
        var (first, second) = (_world.Subjects[0][0], _world.Subjects[1][0]);
        await _world.JudgeAsync(first, second, PairVerdicts.Same);
        var command = await InterruptedAsync(atCheckpoint: 10);
        await _world.JudgeAsync(first, second, PairVerdicts.Withdrawn);

        await _world.RunAsync(command);

        Assert.Equal([PairKinds.Complementary], (await _world.UpdateAsync(command)).Data!.Pairs.Keys);
    }

    [Fact]
    public async Task A_full_disk_costs_checkpoints_and_one_line_of_the_log_but_not_the_training()
    {
        _world.Blobs.BeforePut = key => key.EndsWith("/checkpoint", StringComparison.Ordinal)
            ? Task.FromException(new StorageUnavailableException("No space left on device."))
            : Task.CompletedTask;
        var command = UpdatingWorld.Command();
        Assert.NotNull(await _world.RunAsync(command));
        Assert.Equal(_uninterrupted, (await _world.UpdateAsync(command)).Version);
        Assert.Single(_world.Log, line => line.StartsWith("Error: No checkpoint", StringComparison.Ordinal));
    }

    /// <summary>Runs until the checkpoint of this number is about to be written; a process that is killed there writes it no more.</summary>
    private async Task<UpdateModel> InterruptedAsync(int atCheckpoint)
    {
        using var killed = new CancellationTokenSource();
        _world.Blobs.BeforePut = async key =>
        {
            if (key.EndsWith("/checkpoint", StringComparison.Ordinal) && ++_checkpoints == atCheckpoint && !killed.IsCancellationRequested)
            {
                await killed.CancelAsync();
            }
        };
        var command = UpdatingWorld.Command();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _world.RunAsync(command, ct: killed.Token));
        Assert.Equal(atCheckpoint, _checkpoints);
        _world.Blobs.BeforePut = key =>
        {
            _checkpoints += key.EndsWith("/checkpoint", StringComparison.Ordinal) ? 1 : 0;
            return Task.CompletedTask;
        };
        return command;
    }
}
