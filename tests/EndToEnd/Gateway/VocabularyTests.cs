using System.Net;
using System.Text.Json.Nodes;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.EndToEnd.Gateway;

[Collection(StandaloneFixture.Collection)]
public sealed class VocabularyTests(StandaloneFixture standalone)
{
    private readonly GatewayClient _gateway = standalone.Client;

    [Fact]
    public async Task A_vocabulary_is_trained_on_demand_and_searches_by_words_are_refused_before()
    {
        var collection = $"words-{Guid.NewGuid():N}"[..30];
        await _gateway.CreateCollectionAsync(collection);
        var picture = Pictures.Scene(0);
        var scene = await _gateway.IndexAsync(collection, picture);
        var copy = await _gateway.IndexAsync(collection, Pictures.Recompressed(picture));
        await _gateway.IndexAsync(collection, Pictures.Scene(1));
        await _gateway.IndexAsync(collection, Pictures.Scene(2));
        foreach (var mode in new[] { "sift", "fused" })
        {
            (await SearchAsync(collection, scene, mode)).AssertProblem(HttpStatusCode.Conflict, "no-vocabulary");
        }

        Assert.Null(await VersionAsync(collection));
        var asked = await _gateway.PostJsonAsync($"v1/collections/{collection}/vocabulary", new JsonObject { ["words"] = 64, ["seed"] = 3 });
        Assert.Equal(HttpStatusCode.Accepted, asked.Status);
        await Eventually.TrueAsync(async () => await VersionAsync(collection) is not null, TimeSpan.FromSeconds(60));

        var vocabulary = (await _gateway.GetAsync($"v1/collections/{collection}/vocabulary")).Body;
        Assert.Equal(("64", "3", 4), ((string?)vocabulary["lineage"]!["settings"]!["words"], (string?)vocabulary["lineage"]!["settings"]!["seed"], (int)vocabulary["lineage"]!["metrics"]!["images"]!));
        var training = Assert.Single(vocabulary["trainings"]!.AsArray())!;
        Assert.Equal(((string?)asked.Body["training"], "done", (string?)vocabulary["version"]), ((string?)training["training"], (string?)training["status"], (string?)training["version"]));
        foreach (var mode in new[] { "sift", "fused", "cie" })
        {
            await Eventually.TrueAsync(
                // A verified pair has one embedded vector, so in mode cie either may come first.
                async () => await SearchAsync(collection, scene, mode) is { Status: HttpStatusCode.OK, HitIds: [var first, var second, ..] }
                    && (mode == "cie" || first == scene) && new[] { scene, copy }.Order().SequenceEqual(new[] { first, second }.Order()),
                TimeSpan.FromSeconds(60));
        }

        var embed = await _gateway.SendAsync(HttpMethod.Post, $"v1/collections/{collection}/embedding");
        Assert.Equal(HttpStatusCode.Accepted, embed.Status);
        var byPicture = await _gateway.SearchAsync(collection, picture, "", ("mode", "fused"), ("rerank", "geometric"));
        byPicture.AssertOk();
        Assert.Equal([scene, copy], byPicture.HitIds.Take(2));
        Assert.Equal((string?)vocabulary["version"], (string?)byPicture.Body["vocabularyVersion"]);
    }

    [Fact]
    public async Task Asking_for_what_cannot_be_trained_is_refused_at_once()
    {
        (await _gateway.PostJsonAsync("v1/collections/no-such/vocabulary", new JsonObject())).AssertProblem(HttpStatusCode.NotFound, "unknown-collection");
        (await _gateway.SendAsync(HttpMethod.Post, "v1/collections/no-such/neighbours/repair")).AssertProblem(HttpStatusCode.NotFound, "unknown-collection");
        (await _gateway.SendAsync(HttpMethod.Post, "v1/collections/no-such/embedding")).AssertProblem(HttpStatusCode.NotFound, "unknown-collection");
        (await _gateway.GetAsync("v1/collections/no-such/vocabulary")).AssertProblem(HttpStatusCode.NotFound, "unknown-collection");
        (await _gateway.PostJsonAsync("v1/collections/default/vocabulary", new JsonObject { ["words"] = 0 })).AssertProblem(HttpStatusCode.BadRequest, "invalid-request");
        (await _gateway.PostTextAsync("v1/collections/default/vocabulary", "{")).AssertProblem(HttpStatusCode.BadRequest, "invalid-request");
    }

    private Task<Answer> SearchAsync(string collection, Guid image, string mode) =>
        _gateway.SearchAsync(collection, new JsonObject { ["imageId"] = image.ToString(), ["mode"] = mode, ["limit"] = 3 });

    private async Task<string?> VersionAsync(string collection) =>
        (string?)(await _gateway.GetAsync($"v1/collections/{collection}/vocabulary")).Body["version"];
}
