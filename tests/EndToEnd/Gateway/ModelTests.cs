using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace Pipeline.Tests.EndToEnd.Gateway;

[Collection(StandaloneFixture.Collection)]
public sealed class ModelTests(StandaloneFixture standalone)
{
    private readonly GatewayClient _gateway = standalone.Client;

    [Fact]
    public async Task A_collections_model_is_shown_and_there_is_no_way_back_from_the_first()
    {
        var collection = $"model-{Guid.NewGuid():N}"[..30];
        await _gateway.CreateCollectionAsync(collection);
        Assert.Null((await _gateway.GetAsync($"v1/collections/{collection}/model")).Body["version"]);

        await _gateway.IndexAsync(collection, Pictures.Drawn(700));

        var model = (await _gateway.GetAsync($"v1/collections/{collection}/model")).Body;
        Assert.StartsWith("cnn-", (string)model["version"]!, StringComparison.Ordinal);
        Assert.Equal(((string)model["version"]!, 576, 1), ((string)model["backbone"]!, (int)model["dimensions"]!, (int)model["generation"]!));
        Assert.Equal((null, null), ((JsonNode?)model["next"], (JsonNode?)model["previous"]));
        (await _gateway.PostJsonAsync($"v1/collections/{collection}/model/rollback", new JsonObject())).AssertProblem(HttpStatusCode.Conflict, "no-previous-model");
    }

    [Fact]
    public async Task An_unknown_collection_has_no_model()
    {
        (await _gateway.GetAsync("v1/collections/no-such/model")).AssertProblem(HttpStatusCode.NotFound, "unknown-collection");
        (await _gateway.PostJsonAsync("v1/collections/no-such/model/rollback", new JsonObject())).AssertProblem(HttpStatusCode.NotFound, "unknown-collection");
    }
}
