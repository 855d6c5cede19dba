using Pipeline.Catalog;
using Pipeline.Contracts.Events;
using Pipeline.Contracts.Queries;
using Pipeline.Tests.Integration.Words;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Models;

/// <summary>Updates whose head learns from a specialist and from synthesised inputs, through the broker.</summary>
[Collection(SharedServers.Learning)]
public sealed class TwoTeacherTests(SharedServers servers) : ModelFixture(servers)
{
    private const int Views = 3;
    private const int Training = 40;
    private const int Synthesis = 10;
    private const int PerClass = 3;
    private const int Unclassed = 8;

    protected override IEnumerable<(string Key, string Value)> Settings =>
    [
        ("ModelUpdating:Learning:Fidelity", "0"),
        ("ModelUpdating:Learning:Specialist", "1"),
        ("ModelUpdating:Learning:Rehearsal", "1"),
        ("ModelUpdating:Synthesis:Steps", $"{Synthesis}"),
        ("ModelUpdating:Synthesis:PerClass", $"{PerClass}"),
        ("ModelUpdating:Synthesis:Unclassed", $"{Unclassed}"),
    ];

    [Fact]
    public async Task A_weak_head_learns_from_two_teachers_serves_and_rehearses_what_it_learned_when_more_comes()
    {
        var (images, _) = await ServeWeaklyAsync(Scenes.Views(1, 10, Views), normalises: true);
        await using var progress = await Pipeline.TapAsync<ModelUpdateProgressed>();
        var first = await EndedAsync(await AskForUpdateAsync());

        Assert.True(first.Promoted, $"{first.Reason} {first.Detail} {string.Join(", ", first.Objections)}: {first.Figures}");
        Assert.Equal((Unclassed, (2 * Training) + Synthesis), (first.Data!.Synthesised, first.Data.Steps));
        await Eventually.TrueAsync(
            () => progress.Messages.Any(told => (int)told["step"]! == (2 * Training) + Synthesis && (string?)told["phase"] == "training"),
            Patience,
            () => "The last step was not told.");
        Assert.Contains(progress.Messages, told => (string?)told["phase"] == "specialist");
        await ServesAsync(first.Version!);
        Assert.Equal(images[0].ImageId, (await SearchAsync(Scenes.View(1, 0), SearchModes.Cnn)).Hits[0].ImageId);
        var model = await ShownModelAsync();
        Assert.Equal("1", (string?)model["lineage"]!["settings"]!["learning.rehearsal"]);
        var shown = Assert.Single(model["updates"]!.AsArray())!;
        Assert.Equal("training", (string?)shown["phase"]);
        Assert.Equal(["specialist", "synthesis"], shown["past"]!.AsArray().Select(phase => (string?)phase!["phase"]));
        Assert.Equal(Synthesis, shown["past"]![1]!["curve"]!["terms"]!["statistics"]!.AsArray().Count);

        await PairsAsync([.. images, .. await UploadAsync(Scenes.Views(20, 6, Views))]);
        var second = await EndedAsync(await AskForUpdateAsync());

        // By so many of what the first learned as there are of each.
        Assert.True(second.State == TrainingState.Done, $"{second.Reason}: {second.Detail}");
        Assert.True(second.Data!.Synthesised >= PerClass && second.Data.Synthesised % PerClass == 0, $"{second.Data.Synthesised} inputs were synthesised.");
        Assert.Equal(first.Data.Pairs.Values.Sum(), first.Data.Learned + first.Data.HeldOut);
        Assert.True(second.Data.Learned + second.Data.HeldOut < second.Data.Pairs.Values.Sum(), "What was learned before is learned again.");
    }
}
