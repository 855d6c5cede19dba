using System.Net;
using System.Text.Json.Nodes;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.EndToEnd.Gateway;

[Collection(StandaloneFixture.Collection)]
public sealed class NeighbourTests(StandaloneFixture standalone)
{
    private readonly GatewayClient _gateway = standalone.Client;

    [Fact]
    public async Task Two_views_of_a_scene_become_a_verified_pair_that_ends_when_one_is_deleted()
    {
        var collection = $"neighbours-{Guid.NewGuid():N}"[..30];
        await _gateway.CreateCollectionAsync(collection);
        var scene = await _gateway.IndexAsync(collection, Pictures.Scene(0));
        var copy = await _gateway.IndexAsync(collection, Pictures.Recompressed(Pictures.Scene(0)));
        var other = await _gateway.IndexAsync(collection, Pictures.Scene(1));

        var mined = await NeighboursAsync(collection, scene, body => Pair(body, copy) is not null && Pair(body, other) is not null);
        Assert.Equal(copy, (Guid)mined["cnn"]![0]!["imageId"]!);
        Assert.True((bool)mined["cnn"]![0]!["reciprocal"]!);
        Assert.Equal("cnn-only", (string?)mined["cnn"]![0]!["pair"]);
        Assert.True((bool)Pair(mined, copy)!["verified"]!);
        Assert.False((bool)Pair(mined, other)!["verified"]!);
        Assert.Equal(1, (int)Pair(mined, copy)!["cnnRank"]!);
        await NeighboursAsync(collection, copy, body => Pair(body, scene) is not null);

        await _gateway.SendAsync(HttpMethod.Delete, $"v1/collections/{collection}/images/{copy}");
        await NeighboursAsync(collection, scene, body => Pair(body, copy) is null && body["cnn"]!.AsArray().Count == 1);
        Assert.Equal(HttpStatusCode.NotFound, (await _gateway.GetAsync($"v1/collections/{collection}/images/{copy}/neighbours")).Status);
    }

    [Fact]
    public async Task An_unknown_image_has_no_neighbours()
    {
        await _gateway.CreateCollectionAsync("no-neighbours");

        var answer = await _gateway.GetAsync($"v1/collections/no-neighbours/images/{Guid.NewGuid()}/neighbours");

        Assert.Equal(HttpStatusCode.NotFound, answer.Status);
    }

    private static JsonNode? Pair(JsonNode body, Guid other) =>
        body["pairs"]!.AsArray().FirstOrDefault(pair => (Guid)pair!["otherId"]! == other);

    private async Task<JsonNode> NeighboursAsync(string collection, Guid id, Func<JsonNode, bool> until)
    {
        Answer? last = null;
        await Eventually.TrueAsync(
            async () =>
            {
                last = await _gateway.GetAsync($"v1/collections/{collection}/images/{id}/neighbours");
                return last.Status == HttpStatusCode.OK && (bool)last.Body["mined"]! && until(last.Body);
            },
            TimeSpan.FromSeconds(60),
            () => Task.FromResult($"Waiting for neighbours: {last}"));
        return last!.Body;
    }
}
