using Microsoft.Extensions.DependencyInjection;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.ModelUpdating.Evidence;
using Pipeline.Tests.Integration.Pipelines;
using Pipeline.Tests.Integration.Words;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Models;

/// <summary>What people say is learned without mining, which here finds nothing because it is off.</summary>
[Collection(SharedServers.Learning)]
public sealed class JudgedUpdateTests(SharedServers servers) : ModelFixture(servers)
{
    protected override IEnumerable<(string Key, string Value)> Settings => [("Mining:Enabled", "false")];

    [Fact]
    public async Task What_a_person_said_is_the_same_is_noticed_and_learned_although_mining_paired_nothing()
    {
        var images = await UploadAsync(Scenes.Views(1, 4));
        await Pipeline.SendAsync(ImageVerdicts.Judge(images[0], images[1], PairVerdicts.Same, "otto", DateTimeOffset.UtcNow));
        await Pipeline.SendAsync(ImageVerdicts.Judge(images[2], images[3], PairVerdicts.Same, "otto", DateTimeOffset.UtcNow));
        var seen = Services.GetRequiredService<SeenPairs>();
        await Eventually.TrueAsync(async ct => await seen.HintedAsync(TestPipeline.Collection, ct) == 2, Patience, "A hint of two pairs");

        var update = await EndedAsync(await AskForUpdateAsync());

        Assert.True(update.State == TrainingState.Done, $"{update.Reason}: {update.Detail}");
        Assert.Equal([KeyValuePair.Create(UpdatePlan.JudgedKind, 2)], update.Data!.Pairs);
    }
}
