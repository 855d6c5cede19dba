using System.Net;
using System.Text.Json.Nodes;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.EndToEnd.Gateway;

[Collection(StandaloneFixture.Collection)]
public sealed class ModelUpdateTests(StandaloneFixture standalone)
{
    private readonly GatewayClient _gateway = standalone.Client;

    [Fact]
    public async Task An_update_is_asked_for_and_its_end_is_shown_with_its_reason()
    {
        var collection = $"model-{Guid.NewGuid():N}"[..30];
        await _gateway.CreateCollectionAsync(collection);
        await Task.WhenAll(Enumerable.Range(700, 3).Select(n => _gateway.IndexAsync(collection, Pictures.Drawn(n))));
        var before = (await _gateway.GetAsync($"v1/collections/{collection}/model")).Body;
        Assert.Empty(before["updates"]!.AsArray());

        var asked = await _gateway.PostJsonAsync($"v1/collections/{collection}/model", new JsonObject { ["seed"] = 3 });
        Assert.Equal(HttpStatusCode.Accepted, asked.Status);
        JsonNode? update = null;
        await Eventually.TrueAsync(
            async () => (update = (await _gateway.GetAsync($"v1/collections/{collection}/model")).Body["updates"]!.AsArray().Single()) is var now
                && (string?)now!["status"] is "failed" or "done",
            TimeSpan.FromSeconds(60));

        Assert.Equal(((string?)asked.Body["update"], "failed", "no-pairs"), ((string?)update!["update"], (string?)update["status"], (string?)update["reason"]));
        Assert.NotEmpty((string)update["detail"]!);
        Assert.Equal((string?)before["version"], (string?)(await _gateway.GetAsync($"v1/collections/{collection}/model")).Body["version"]);
    }

    [Fact]
    public async Task Asking_for_what_cannot_be_updated_is_refused_at_once()
    {
        (await _gateway.PostJsonAsync("v1/collections/no-such/model", new JsonObject())).AssertProblem(HttpStatusCode.NotFound, "unknown-collection");
        (await _gateway.PostTextAsync("v1/collections/default/model", "{")).AssertProblem(HttpStatusCode.BadRequest, "invalid-request");
        (await _gateway.PostJsonAsync("v1/collections/default/model", new JsonObject { ["seed"] = "three" })).AssertProblem(HttpStatusCode.BadRequest, "invalid-request");
    }
}
