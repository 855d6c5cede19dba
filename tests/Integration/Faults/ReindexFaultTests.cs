using System.Text.Json.Nodes;
using Pipeline.Tests.Integration.Pipelines;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Faults;

/// <summary>Collections are indexed anew by real processes, while searches, uploads and deletions go on and while processes are killed.</summary>
[Collection(SharedServers.Reindexes)]
public sealed class ReindexFaultTests(SharedServers servers)
{
    private const int Images = 30;
    private const int Kills = 10;

    [Fact]
    public async Task A_searcher_sees_no_error_no_mixed_versions_and_no_missing_image_while_a_collection_is_indexed_anew()
    {
        // One image after the other, so that it is under way when a second one is asked for.
        await using var run = await ReindexRun.StartAsync(servers, ("Index:Generations:BatchSize", "1"), ("Index:Generations:Concurrency", "1"));
        var uploads = Uploads.Create(good: Images + 20, bad: 0, seed: 21).All;
        await run.UploadAsync(uploads.Take(Images));
        await run.SettledAsync();
        var first = (string)(await run.GenerationsAsync())["generations"]![0]!["encoderVersion"]!;
        var second = await run.EncoderAsync(seed: 1, bits: 32);
        var stays = uploads.Take(Images - 10).Select(upload => upload.ImageId).ToHashSet();

        await using var searching = new RepeatedSearch<JsonNode>(
            async i => await run.SearchAsync(uploads[i % stays.Count].ImageId, i % 2 == 0 ? "hash" : "cnn"));
        await FoundByAsync(first);
        await run.PublishJsonAsync("ReindexCollection", new { collection = Uploads.Collection, encoderVersion = second, reason = "a test", correlationId = Guid.NewGuid() });
        await run.StateAsync(2, "filling", "verifying", "serving");
        Assert.True(await run.PostAsync("reindex", new { }) is null || (string)(await run.StateAsync(2, "serving"))["state"]! == "serving");
        await run.UploadAsync(uploads.Skip(Images));
        for (var i = Images - 10; i < Images; i++)
        {
            await run.DeleteAsync(uploads[i].ImageId);
        }

        var served = await run.StateAsync(2, "serving");
        await run.SettledAsync();
        await FoundByAsync(second);
        Assert.NotNull(await run.PostAsync("rollback", new { reason = "the way back" }));
        await run.StateAsync(2, "rolled-back");

        JsonNode[] answers = [.. await searching.EndAsync(), await run.SearchAsync(uploads[0].ImageId, "hash")];
        var byCode = answers.Where(answer => answer["encoderVersion"] is not null).ToArray();
        string[] versions = [.. byCode.Select(answer => (string)answer["encoderVersion"]!)];
        Assert.Equal([first, second, first], versions.Where((version, i) => i == 0 || version != versions[i - 1]));
        Assert.All(answers, answer => Assert.Empty(stays.Except(answer["hits"]!.AsArray().Select(hit => (Guid)hit!["imageId"]!))));
        Assert.All(byCode, answer => Assert.All(answer["hits"]!.AsArray(), hit => Assert.InRange((int)hit!["hammingDistance"]!, 0, (string)answer["encoderVersion"]! == second ? 32 : 64)));
        Assert.Equal(1, (double)served["verification"]!["recall"]!, 2);
        await run.AssertIndexesAsync();

        // Between two changes there is time for a search, however slow it is.
        Task FoundByAsync(string version) => searching.UntilAsync(
            answers => answers.Any(answer => (string?)answer["encoderVersion"] == version), TimeSpan.FromSeconds(60), $"An answer by {version}");
    }

    [Fact]
    public async Task Processes_killed_at_ten_random_moments_of_a_reindex_lose_nothing_and_mix_nothing()
    {
        // Small steps, so that the moments fall into the midst of it.
        await using var run = await ReindexRun.StartAsync(servers, ("Index:Generations:BatchSize", "2"), ("Index:Generations:Concurrency", "1"));
        var random = new Random(22);
        var uploads = Uploads.Create(good: Images + Kills, bad: 0, seed: 22).All;
        await run.UploadAsync(uploads.Take(Images));
        await run.SettledAsync();
        string[] encoders = [await run.EncoderAsync(seed: 2, bits: 32), await run.EncoderAsync(seed: 3, bits: 48)];
        string[] services = ["Indexing", "Indexing", "Indexing", "HashEncoding", "CnnExtraction"];
        var begun = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            if ((await run.GenerationsAsync())["next"] is null && await run.PostAsync("reindex", new { encoderVersion = encoders[begun % 2], reason = $"number {begun}" }) is not null)
            {
                begun++;
            }

            await Task.Delay(random.Next(20, 700));
            var process = run.Cluster[services[random.Next(services.Length)]];
            await process.KillAsync();
            await run.UploadAsync([uploads[Images + kill]]);
            await run.DeleteAsync(uploads[kill].ImageId);
            process.StartAgain();
            await process.WaitUntilReadyAsync();
        }

        JsonNode generations = await run.GenerationsAsync();
        if (generations["next"] is { } next)
        {
            await run.StateAsync((int)next, "serving");
        }

        await run.SettledAsync();
        generations = await run.GenerationsAsync();
        string[] clear = ["serving", "kept", "retired"];
        Assert.All(generations["generations"]!.AsArray(), generation => Assert.Contains((string)generation!["state"]!, clear));
        Assert.InRange((int)generations["serving"]!, 2, begun + 1);
        // An image that is being deleted counts no more, and its point goes a moment later.
        await Eventually.TrueAsync(
            async () => (await run.SearchAsync(uploads[Images].ImageId, "hash"))["hits"]!.AsArray().Select(hit => (Guid)hit!["imageId"]!).Order().SequenceEqual(run.Living.Order()),
            TimeSpan.FromSeconds(30));
        await run.AssertIndexesAsync();
    }
}
