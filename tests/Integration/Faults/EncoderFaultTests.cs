using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pipeline.Hashing;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Faults;

/// <summary>A process is killed while it trains an encoder, and again while the encoder takes its place.</summary>
public sealed class EncoderFaultTests
{
    private const int Images = 60;
    private const int Dimensions = 576;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task Standalone_killed_while_it_trains_and_while_it_encodes_anew_brings_both_to_their_end_by_itself()
    {
        var uploads = Uploads.Create(good: Images, bad: 0, seed: 7);
        var folder = Directory.CreateTempSubdirectory("pipeline-faults-").FullName;
        var blind = Path.Combine(folder, "blind.onnx");
        var weights = new double[16 * Dimensions];
        Array.Fill(weights, 1);
        var thresholds = new double[16];
        Array.Fill(thresholds, 1000);
        await File.WriteAllBytesAsync(blind, new LinearHash(weights, thresholds, Dimensions).BuildModel());
        await using var standalone = ServiceProcess.Start(
            "Standalone",
            new Dictionary<string, string>
            {
                ["Storage:State:Path"] = Path.Combine(folder, "state.db"),
                ["Storage:Blobs:Root"] = Path.Combine(folder, "blobs"),
                ["Index:Path"] = Path.Combine(folder, "index"),
                ["Index:Codes:SweepInterval"] = "00:00:00.5",
                ["Hashing:ModelPath"] = blind,
                ["Hashing:Training:Hold"] = "00:00:05",
                ["Upload:Collections:0"] = Uploads.Collection,
            },
            Path.Combine(folder, "standalone.log"));
        await standalone.WaitUntilReadyAsync();
        using var gateway = new HttpClient { BaseAddress = standalone.Url };
        using (var client = new HttpUploads(standalone.Url))
        {
            foreach (var upload in uploads.All)
            {
                Assert.True(await client.TryUploadAsync(upload));
            }
        }

        await UntilAsync(gateway, "", collection => (int)collection["images"]!["indexed"]! == Images);
        var first = (string)(await GetAsync(gateway, "/encoder"))["version"]!;
        (await gateway.PostAsJsonAsync(new Uri($"v1/collections/{Uploads.Collection}/encoder", UriKind.Relative), new { bits = 32 })).EnsureSuccessStatusCode();
        await UntilAsync(gateway, "/encoder", encoder => Training(encoder) is "running" or "done");
        await standalone.KillAsync();
        standalone.StartAgain();
        await standalone.WaitUntilReadyAsync();

        await UntilAsync(gateway, "/encoder", encoder => Training(encoder) == "done");
        await standalone.KillAsync();
        standalone.StartAgain();
        await standalone.WaitUntilReadyAsync();

        var after = await UntilAsync(gateway, "/encoder", encoder => (string)encoder["version"]! != first);
        var training = Assert.Single(after["trainings"]!.AsArray())!;
        Assert.Equal(((string?)training["version"], 32, (string?)null), ((string?)after["version"], (int)after["bits"]!, (string?)after["nextVersion"]));
        var search = await gateway.PostAsJsonAsync(
            new Uri($"v1/collections/{Uploads.Collection}/search", UriKind.Relative),
            new { imageId = uploads.Good.First().ImageId, mode = "hash", limit = 2 * Images });
        var results = JsonNode.Parse(await search.Content.ReadAsStringAsync())!;
        Assert.Equal(((string?)training["version"], Images), ((string?)results["encoderVersion"], results["hits"]!.AsArray().Count));
        await standalone.StopAsync();
        await Settlement.AssertIndexAsync(Path.Combine(folder, "index"), uploads);
        Directory.Delete(folder, recursive: true);
    }

    private static string Training(JsonNode encoder) => (string)encoder["trainings"]!.AsArray().Single()!["status"]!;

    private static async Task<JsonNode> GetAsync(HttpClient gateway, string path) =>
        JsonNode.Parse(await gateway.GetStringAsync(new Uri($"v1/collections/{Uploads.Collection}{path}", UriKind.Relative)))!;

    private static async Task<JsonNode> UntilAsync(HttpClient gateway, string path, Func<JsonNode, bool> isReached)
    {
        JsonNode? last = null;
        await Eventually.TrueAsync(
            async () => isReached(last = await GetAsync(gateway, path)), Patience, () => Task.FromResult($"Still {last?.ToJsonString()}"));
        return last!;
    }
}
