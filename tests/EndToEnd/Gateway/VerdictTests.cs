using System.Net;
using System.Text.Json.Nodes;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.EndToEnd.Gateway;

/// <summary>What people say of pairs, by the REST API: search and mining follow, and it goes with the image.</summary>
[Collection(StandaloneFixture.Collection)]
public sealed class VerdictTests(StandaloneFixture standalone)
{
    private readonly GatewayClient _gateway = standalone.Client;

    [Fact]
    public async Task A_verdict_is_followed_by_search_and_mining_and_withdrawn_again()
    {
        var collection = $"verdicts-{Guid.NewGuid():N}"[..30];
        await _gateway.CreateCollectionAsync(collection);
        var scene = await _gateway.IndexAsync(collection, Pictures.Scene(0));
        var copy = await _gateway.IndexAsync(collection, Pictures.Recompressed(Pictures.Scene(0)));
        var other = await _gateway.IndexAsync(collection, Pictures.Scene(1));
        await SeeAsync(collection, scene, copy, match: "near-duplicate", isVerifiedPair: true);
        await SeeAsync(collection, scene, other, match: "similar", isVerifiedPair: false);

        await JudgeAsync(collection, scene, copy, "not-same");
        await JudgeAsync(collection, scene, other, "same");
        await SeeAsync(collection, scene, copy, match: "similar", isVerifiedPair: false);
        await SeeAsync(collection, copy, scene, match: "similar", isVerifiedPair: false);
        await SeeAsync(collection, scene, other, match: "near-duplicate", isVerifiedPair: true);

        // Mining everything anew leaves it so.
        await _gateway.SendAsync(HttpMethod.Post, $"v1/collections/{collection}/neighbours/repair");
        await SeeAsync(collection, scene, copy, match: "similar", isVerifiedPair: false);

        Assert.Equal(HttpStatusCode.Accepted, (await _gateway.SendAsync(HttpMethod.Delete, $"v1/collections/{collection}/images/{copy}/verdicts/{scene}")).Status);
        await SeeAsync(collection, scene, copy, match: "near-duplicate", isVerifiedPair: true);

        // With the image goes what was said of it.
        await _gateway.SendAsync(HttpMethod.Delete, $"v1/collections/{collection}/images/{other}");
        await Eventually.TrueAsync(async () => (await VerdictsAsync(collection, scene)).Count == 0);
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync(collection, scene, other, "same")).Status);
    }

    [Theory]
    [InlineData("perhaps")]
    [InlineData("withdrawn")]
    public async Task A_verdict_that_is_none_is_refused(string verdict)
    {
        await _gateway.CreateCollectionAsync("no-verdicts");

        var answer = await PostAsync("no-verdicts", Guid.NewGuid(), Guid.NewGuid(), verdict);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid-request"), (answer.Status, (string?)answer.Body["reason"]));
    }

    private async Task JudgeAsync(string collection, Guid image, Guid other, string verdict)
    {
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync(collection, image, other, verdict)).Status);
        await Eventually.TrueAsync(async () => (await VerdictsAsync(collection, other)).Any(known => (Guid)known!["otherId"]! == image && (string)known["verdict"]! == verdict));
        // It is kept with both, one after the other.
        await Eventually.TrueAsync(async () => (await VerdictsAsync(collection, image)).Any(known => (Guid)known!["otherId"]! == other && !string.IsNullOrEmpty((string?)known["by"])));
    }

    private Task<Answer> PostAsync(string collection, Guid image, Guid other, string verdict) =>
        _gateway.PostJsonAsync($"v1/collections/{collection}/images/{image}/verdicts", new JsonObject { ["otherId"] = other, ["verdict"] = verdict });

    private async Task<JsonArray> VerdictsAsync(string collection, Guid image) =>
        (await _gateway.GetAsync($"v1/collections/{collection}/images/{image}/verdicts")).Body["verdicts"]!.AsArray();

    private async Task SeeAsync(string collection, Guid image, Guid other, string match, bool isVerifiedPair)
    {
        var last = "";
        await Eventually.TrueAsync(
            async () =>
            {
                var found = await _gateway.SearchAsync(collection, new JsonObject { ["imageId"] = image, ["mode"] = "cnn", ["rerank"] = "geometric" });
                var hit = found.Hits.FirstOrDefault(hit => (Guid)hit["imageId"]! == other);
                var mined = (await _gateway.GetAsync($"v1/collections/{collection}/images/{image}/neighbours")).Body;
                var pair = mined["pairs"]!.AsArray().FirstOrDefault(pair => (Guid)pair!["otherId"]! == other);
                last = $"{hit} {mined}";
                return (string?)hit?["match"] == match && ((bool?)pair?["verified"] ?? false) == isVerifiedPair;
            },
            TimeSpan.FromSeconds(60),
            () => Task.FromResult($"Waiting for {match}: {last}"));
    }
}
