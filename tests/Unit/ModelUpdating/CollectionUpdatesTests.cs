using System.Globalization;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Learning.Gate;
using Pipeline.Onnx;
using Pipeline.Tests.Unit.Onnx;
using Xunit;

namespace Pipeline.Tests.Unit.ModelUpdating;

/// <summary>Which updates lead to a model that serves, which do not, and what is refused.</summary>
public sealed class CollectionUpdatesTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_head_that_finds_held_out_pairs_better_is_registered_with_its_lineage_and_published()
    {
        await using var world = await UpdatingWorld.CreateAsync();
        var command = UpdatingWorld.Command(seed: 3);
        var told = new List<ModelUpdateProgressed>();
        var published = await world.RunAsync(command, progressed: told.Add);

        var update = await world.UpdateAsync(command);
        Assert.Equal((TrainingState.Done, true, world.Present, UpdatingWorld.Backbone), (update.State, update.Promoted, update.ParentVersion, update.BackboneVersion));
        Assert.Empty(update.Objections);
        Assert.True(update.Figures!.HeldOutAfter > update.Figures.HeldOutBefore);
        Assert.Equal(
            (update.Version, UpdatingWorld.Backbone, world.Present, UpdatingWorld.Dimensions, update.At, command.CorrelationId),
            (published!.ModelVersion, published.BackboneVersion, published.ParentVersion, published.Dimensions, published.PublishedAt, published.CorrelationId));
        Assert.Equal(update.Figures.CrossModel < world.Updating.NoReindexAbove * update.Figures.HeldOutAfter, published.ReindexRequired);
        Assert.Equal((32, 0, 0, 40), (update.Data!.Images, update.Data.ImagesLeftOut, update.Data.Contradictory, update.Data.Steps));
        Assert.Equal(48, update.Data.Pairs[PairKinds.Complementary]);
        Assert.Equal(48, update.Data.Learned + update.Data.HeldOut);

        var artifact = (await world.Catalog.Artifacts.GetAsync(update.Version!, None))!;
        Assert.Equal((ModelCatalog.HeadKind, world.Present), (artifact.Kind, artifact.Lineage.Parent));
        Assert.Equal((UpdatingWorld.Backbone, "3", "0.02", world.Learning.Similarity.ToString(CultureInfo.InvariantCulture)), (
            artifact.Lineage.Settings[ModelCatalog.BackboneSetting], artifact.Lineage.Settings["seed"],
            artifact.Lineage.Settings["learning.rate"], artifact.Lineage.Settings["learning.similarity"]));
        Assert.Equal((48, update.Figures.HeldOutAfter), (artifact.Lineage.Metrics["pairs.complementary"], artifact.Lineage.Metrics["heldOutAfter"]));
        using var head = new CnnHead(await world.Catalog.Artifacts.LoadAsync(update.Version!, None), OnnxFixture.Sessions);
        Assert.Equal((update.Version, UpdatingWorld.Dimensions), (head.Version, head.Dimensions));

        Assert.Equal((40, 40), (told[^1].Step, told[^1].Steps));
        Assert.Contains("loss", told[^1].Losses.Keys);
        var progress = (await world.Updates.GetProgressAsync(UpdatingWorld.Collection, command.CorrelationId, None))!;
        Assert.Equal(Enumerable.Range(1, 40), progress.Curve.Steps);
        Assert.Equal(40, progress.Curve.Terms["loss"].Count);
        Assert.False(await world.LeftAnythingAsync(command));
    }

    [Fact]
    public async Task Earlier_models_are_estimated_from_the_drift_of_each_update_that_led_to_the_present_one()
    {
        await using var world = await UpdatingWorld.CreateAsync();
        world.Learning.Estimation = 1;
        var first = UpdatingWorld.Command();
        await world.RunAsync(first);
        Assert.DoesNotContain("estimation", (await world.Updates.GetProgressAsync(UpdatingWorld.Collection, first.CorrelationId, None))!.Curve.Terms.Keys);
        await world.ServeAsync((await world.UpdateAsync(first)).Version!);

        var second = UpdatingWorld.Command();
        await world.RunAsync(second);

        Assert.Contains("estimation", (await world.Updates.GetProgressAsync(UpdatingWorld.Collection, second.CorrelationId, None))!.Curve.Terms.Keys);
    }

    [Fact]
    public async Task A_command_is_carried_out_once_and_announced_as_often_as_it_is_delivered_even_to_two_at_once()
    {
        await using var world = await UpdatingWorld.CreateAsync();
        var plans = 0;
        world.Blobs.BeforePut = key =>
        {
            plans += key.EndsWith("/plan", StringComparison.Ordinal) ? 1 : 0;
            return Task.CompletedTask;
        };
        var command = UpdatingWorld.Command();
        var both = await Task.WhenAll(world.RunAsync(command), world.RunAsync(command));

        Assert.NotNull(both[0]);
        Assert.Equal(both[0], both[1]);
        Assert.Equal(both[0], await world.RunAsync(command));
        Assert.Equal(1, plans);
    }

    [Fact]
    public async Task Two_updates_of_one_collection_at_once_take_turns()
    {
        await using var world = await UpdatingWorld.CreateAsync();
        UpdateModel[] commands = [UpdatingWorld.Command(), UpdatingWorld.Command()];
        List<string> checkpoints = [];
        world.Blobs.BeforePut = key =>
        {
            lock (checkpoints)
            {
                checkpoints.AddRange(key.EndsWith("/checkpoint", StringComparison.Ordinal) ? [key] : []);
            }

            return Task.CompletedTask;
        };
        await Task.WhenAll(commands.Select(command => world.RunAsync(command)));

        Assert.Equal(2 * 39, checkpoints.Count);
        Assert.Single(checkpoints[..39].Distinct());
        Assert.Single(checkpoints[39..].Distinct());
        Assert.All(await Task.WhenAll(commands.Select(world.UpdateAsync)), update => Assert.Equal(TrainingState.Done, update.State));
    }

    [Fact]
    public async Task A_head_that_does_not_pass_its_gate_is_registered_with_its_figures_and_not_published()
    {
        await using var world = await UpdatingWorld.CreateAsync();
        world.Gate.MinGain = 1;
        var command = UpdatingWorld.Command();
        Assert.Null(await world.RunAsync(command));

        var update = await world.UpdateAsync(command);
        Assert.Equal((TrainingState.Done, false), (update.State, update.Promoted));
        Assert.Equal([GateReasons.NoGain], update.Objections);
        Assert.NotNull(update.Figures);
        Assert.NotNull(await world.Catalog.Artifacts.GetAsync(update.Version!, None));
        Assert.Null((await world.Updates.GetAsync(UpdatingWorld.Collection, None)).Serving);
    }

    [Fact]
    public async Task A_head_whose_parent_was_replaced_during_the_training_is_superseded()
    {
        await using var world = await UpdatingWorld.CreateAsync();
        var record = (await world.Catalog.Collections.GetCurrentAsync(UpdatingWorld.Collection, None))!;
        world.Blobs.BeforePut = async key =>
        {
            if (key.EndsWith("/checkpoint", StringComparison.Ordinal))
            {
                await world.Catalog.Collections.TryBeginAsync(UpdatingWorld.Collection, record, new ModelChange(Guid.NewGuid(), "another", null), null, "a test", None);
            }
        };
        var command = UpdatingWorld.Command();
        Assert.Null(await world.RunAsync(command));

        var update = await world.UpdateAsync(command);
        Assert.Equal((TrainingState.Done, false), (update.State, update.Promoted));
        Assert.Equal([TrainingReasons.Superseded], update.Objections);
    }

    [Fact]
    public async Task A_collection_that_is_about_to_get_a_model_is_not_updated()
    {
        await using var world = await UpdatingWorld.CreateAsync();
        var record = (await world.Catalog.Collections.GetCurrentAsync(UpdatingWorld.Collection, None))!;
        Assert.True(await world.Catalog.Collections.TryBeginAsync(
            UpdatingWorld.Collection, record, new ModelChange(Guid.NewGuid(), "another", null), record.Active! with { Number = 2, ModelVersion = "another" }, "a test", None));
        await RefusedAsync(world, TrainingReasons.ModelChanging, "another");
    }

    [Fact]
    public async Task Without_pairs_or_with_pairs_of_one_thing_alone_nothing_is_learned()
    {
        await using var none = await UpdatingWorld.CreateAsync(subjects: 0);
        await none.AddImageAsync(1, 1);
        await RefusedAsync(none, TrainingReasons.NoPairs, "1 images");

        await using var one = await UpdatingWorld.CreateAsync(subjects: 1);
        await RefusedAsync(one, TrainingReasons.TooFewPairs, "6 pairs");
    }

    [Fact]
    public async Task A_training_that_leaves_the_finite_numbers_ends_and_the_present_model_is_kept()
    {
        await using var world = await UpdatingWorld.CreateAsync();
        world.Learning.Rate = 3e38;
        await RefusedAsync(world, TrainingReasons.NotFinite, "step");
    }

    [Fact]
    public async Task An_operator_without_a_gradient_is_named()
    {
        await using var world = await UpdatingWorld.CreateAsync(head: UpdatingWorld.Head(last: "Atan"));
        await RefusedAsync(world, TrainingReasons.UnsupportedOperator, "Atan");
    }

    [Fact]
    public async Task A_recipe_without_a_loss_is_refused_for_good()
    {
        await using var world = await UpdatingWorld.CreateAsync();
        (world.Learning.Similarity, world.Learning.Fidelity, world.Learning.Contrast) = (0, 0, 0);
        await RefusedAsync(world, TrainingReasons.NotLearnable, "weight");
    }

    [Fact]
    public async Task A_damaged_head_is_no_beginning()
    {
        await using var world = await UpdatingWorld.CreateAsync();
        var artifact = (await world.Catalog.Artifacts.GetAsync(world.Present, None))!;
        await world.Catalog.Blobs.PutAsync(artifact.BlobKey, new byte[100], None);
        await RefusedAsync(world, TrainingReasons.CorruptArtifact, "SHA-256");
    }

    [Fact]
    public async Task A_head_of_another_backbone_is_no_beginning()
    {
        await using var world = await UpdatingWorld.CreateAsync(backboneOfHead: "cnn-2");
        await RefusedAsync(world, TrainingReasons.BackboneMismatch, "cnn-2");
    }

    [Fact]
    public async Task A_training_that_takes_too_long_ends_and_leaves_nothing()
    {
        await using var world = await UpdatingWorld.CreateAsync();
        world.Updating.Timeout = TimeSpan.FromSeconds(1);
        world.Learning.MinSteps = world.Learning.MaxSteps = 1_000_000;
        var command = await RefusedAsync(world, TrainingReasons.TimedOut, "00:00:01");
        Assert.False(await world.LeftAnythingAsync(command));
    }

    [Fact]
    public async Task Images_whose_stored_features_are_gone_or_damaged_are_left_out_and_counted()
    {
        await using var world = await UpdatingWorld.CreateAsync();
        await world.Catalog.Blobs.DeleteAsync(BlobKeys.Cnn(UpdatingWorld.Collection, world.Subjects[0][0], 1, UpdatingWorld.Backbone), None);
        await world.Catalog.Blobs.PutAsync(BlobKeys.Cnn(UpdatingWorld.Collection, world.Subjects[1][0], 1, world.Present), new byte[50], None);
        var command = UpdatingWorld.Command();
        await world.RunAsync(command);

        var data = (await world.UpdateAsync(command)).Data!;
        Assert.Equal((30, 2, 42), (data.Images, data.ImagesLeftOut, data.Pairs[PairKinds.Complementary]));
    }

    [Fact]
    public async Task A_collection_that_does_not_exist_is_refused()
    {
        await using var world = await UpdatingWorld.CreateAsync(subjects: 0);
        Assert.Null(await world.RunAsync(UpdatingWorld.Command() with { Collection = "nowhere" }));
        Assert.Empty((await world.Updates.GetAsync("nowhere", None)).Trainings);
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_head_and_another_one_another()
    {
        await using var world = await UpdatingWorld.CreateAsync();
        var versions = new List<string>();
        foreach (var seed in new[] { 1, 1, 2 })
        {
            var command = UpdatingWorld.Command(seed);
            await world.RunAsync(command);
            versions.Add((await world.UpdateAsync(command)).Version!);
        }

        Assert.Equal(versions[0], versions[1]);
        Assert.NotEqual(versions[0], versions[2]);
    }

    private static async Task<UpdateModel> RefusedAsync(UpdatingWorld world, string reason, string detail)
    {
        var command = UpdatingWorld.Command();
        Assert.Null(await world.RunAsync(command));
        var update = await world.UpdateAsync(command);
        Assert.Equal((TrainingState.Failed, reason), (update.State, update.Reason));
        Assert.Contains(detail, update.Detail, StringComparison.Ordinal);
        var record = (await world.Catalog.Collections.GetCurrentAsync(UpdatingWorld.Collection, None))!;
        Assert.Equal(world.Present, record.Active!.ModelVersion);
        Assert.Single(await world.Catalog.Artifacts.ListAsync(ModelCatalog.HeadKind, None));
        return command;
    }
}
