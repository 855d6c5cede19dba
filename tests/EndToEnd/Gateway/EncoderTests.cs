using System.Net;
using System.Text.Json.Nodes;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.EndToEnd.Gateway;

[Collection(StandaloneFixture.Collection)]
public sealed class EncoderTests(StandaloneFixture standalone)
{
    private const int Images = 24;
    private readonly GatewayClient _gateway = standalone.Client;

    [Fact]
    public async Task Encoders_are_trained_on_demand_and_all_candidates_show_their_figures()
    {
        var collection = $"codes-{Guid.NewGuid():N}"[..30];
        await _gateway.CreateCollectionAsync(collection);
        var first = await _gateway.IndexAsync(collection, Pictures.Drawn(500));
        await Task.WhenAll(Enumerable.Range(501, Images - 1).Select(n => _gateway.IndexAsync(collection, Pictures.Drawn(n))));
        var before = (await _gateway.GetAsync($"v1/collections/{collection}/encoder")).Body;
        Assert.Equal((64, 0), ((int)before["bits"]!, before["trainings"]!.AsArray().Count));

        var asked = await _gateway.PostJsonAsync(
            $"v1/collections/{collection}/encoder", new JsonObject { ["bits"] = 16, ["methods"] = new JsonArray("ldph(itq)", "lsh"), ["seed"] = 3 });
        Assert.Equal(HttpStatusCode.Accepted, asked.Status);
        await Eventually.TrueAsync(async () => (string?)(await TrainingAsync(collection))?["status"] == "done", TimeSpan.FromSeconds(60));

        var training = (await TrainingAsync(collection))!;
        Assert.Equal(((string?)asked.Body["training"], 20, 4, 16), ((string?)training["training"], (int)training["rows"]!, (int)training["heldOut"]!, (int)training["bits"]!));
        var candidates = training["candidates"]!.AsArray();
        Assert.Equal(["itq", "ldph(itq)", "lsh"], candidates.Select(candidate => (string?)candidate!["method"]).Order());
        var maps = candidates.Where(candidate => candidate!["version"] is not null).Select(candidate => (double)candidate!["map"]!).ToArray();
        Assert.Equal(maps.OrderDescending(), maps);
        Assert.Equal(maps[0] > (double)training["present"]!["map"]!, (bool)training["promoted"]!);
        Assert.Equal((string?)before["version"], (string?)training["present"]!["version"]);
        var expected = (bool)training["promoted"]! ? training["version"] : before["version"];
        await Eventually.TrueAsync(
            async () => (string?)(await _gateway.GetAsync($"v1/collections/{collection}/encoder")).Body["version"] == (string?)expected, TimeSpan.FromSeconds(60));
        var results = await _gateway.SearchAsync(collection, new JsonObject { ["imageId"] = first.ToString(), ["mode"] = "hash", ["limit"] = Images });
        results.AssertOk();
        Assert.Equal((Images, first), (results.HitIds.Count, results.HitIds[0]));
    }

    [Fact]
    public async Task Asking_for_what_cannot_be_trained_is_refused_at_once()
    {
        (await _gateway.PostJsonAsync("v1/collections/no-such/encoder", new JsonObject())).AssertProblem(HttpStatusCode.NotFound, "unknown-collection");
        (await _gateway.GetAsync("v1/collections/no-such/encoder")).AssertProblem(HttpStatusCode.NotFound, "unknown-collection");
        foreach (var bits in new[] { 0, 8, 20, 264, -64 })
        {
            (await _gateway.PostJsonAsync("v1/collections/default/encoder", new JsonObject { ["bits"] = bits })).AssertProblem(HttpStatusCode.BadRequest, "invalid-bits");
        }

        (await _gateway.PostJsonAsync("v1/collections/default/encoder", new JsonObject { ["methods"] = new JsonArray() })).AssertProblem(HttpStatusCode.BadRequest, "unknown-method");
        (await _gateway.PostTextAsync("v1/collections/default/encoder", "{")).AssertProblem(HttpStatusCode.BadRequest, "invalid-request");
    }

    private async Task<JsonNode?> TrainingAsync(string collection) =>
        (await _gateway.GetAsync($"v1/collections/{collection}/encoder")).Body["trainings"]!.AsArray().SingleOrDefault();
}
