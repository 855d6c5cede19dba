using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Contracts.Queries;
using Pipeline.Tests.Integration.Words;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Models;

/// <summary>From mined pairs to a model that serves, through the broker.</summary>
[Collection(SharedServers.Learning)]
public sealed class UpdateTests(SharedServers servers) : ModelFixture(servers)
{
    private const int Views = 3;

    [Fact]
    public async Task A_weak_head_learns_from_mined_pairs_tells_its_progress_passes_its_gate_and_serves()
    {
        var (images, weak) = await ServeWeaklyAsync(Scenes.Views(1, 10, Views));
        await using var progress = await Pipeline.TapAsync<ModelUpdateProgressed>();
        var command = await AskForUpdateAsync();
        var update = await EndedAsync(command);

        Assert.True(update.State == TrainingState.Done, $"{update.Reason}: {update.Detail}");
        Assert.True(update.Promoted, $"{string.Join(", ", update.Objections)}: {update.Figures}");
        Assert.Equal((weak.ModelVersion, weak.BackboneVersion), (update.ParentVersion, update.BackboneVersion));
        Assert.True(update.Figures!.HeldOutAfter > update.Figures.HeldOutBefore);
        await Eventually.TrueAsync(
            () => progress.Messages.Any(told => (int)told["step"]! == 40 && (Guid)told["correlationId"]! == command.CorrelationId), Patience, () => "The last step was not told.");
        await ServesAsync(update.Version!);
        var answer = await SearchAsync(Scenes.View(1, 0), SearchModes.Cnn);
        Assert.Equal((update.Version, images[0].ImageId, MatchKinds.Duplicate), (answer.ModelVersion, answer.Hits[0].ImageId, answer.Hits[0].Match));
        Assert.Equal(images.Count, answer.Hits.Count);
        await AssertOfOneModelAsync(answer, images[0].ImageId);

        await Pipeline.SendAsync(command);
        await Pipeline.QuietAsync();
        Assert.Equal(update.Version, (await RecordAsync()).Active!.ModelVersion);
        var model = await ShownModelAsync();
        Assert.Equal((update.Version, weak.ModelVersion), ((string?)model["version"], (string?)model["lineage"]!["parent"]));
        var shown = Assert.Single(model["updates"]!.AsArray())!;
        Assert.Equal(("done", true, 40, 40), ((string?)shown["status"], (bool)shown["promoted"]!, (int)shown["step"]!, (int)shown["steps"]!));
        Assert.Equal(40, shown["curve"]!["terms"]!["loss"]!.AsArray().Count);
        Assert.Equal(update.Figures.HeldOutAfter, (double)shown["figures"]!["heldOutAfter"]!, 9);
    }

    [Fact]
    public async Task The_backbone_itself_is_updated_or_kept_as_its_gate_says_and_without_pairs_it_is_kept()
    {
        var alone = await UploadAsync(Scenes.View(100, 0));
        var backbone = (await RecordAsync()).Active!.ModelVersion;
        Assert.Equal(TrainingReasons.NoPairs, (await EndedAsync(await AskForUpdateAsync())).Reason);

        var images = await UploadAsync(Scenes.Views(1, 6, Views));
        await PairsAsync(images);
        var update = await EndedAsync(await AskForUpdateAsync(seed: 2));

        Assert.Equal((TrainingState.Done, backbone), (update.State, update.ParentVersion));
        Assert.Equal(update.Promoted, update.Objections.Count == 0);
        Assert.Equal(images.Count + alone.Count, update.Data!.Images);
        if (update.Promoted)
        {
            await ServesAsync(update.Version!);
        }

        await Pipeline.QuietAsync();
        Assert.Equal(update.Promoted ? update.Version : backbone, (await RecordAsync()).Active!.ModelVersion);
        Assert.Equal(images[0].ImageId, (await SearchAsync(Scenes.View(1, 0), SearchModes.Cnn)).Hits[0].ImageId);
    }
}
