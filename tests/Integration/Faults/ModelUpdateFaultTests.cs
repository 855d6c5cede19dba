using System.Text.Json.Nodes;
using Pipeline.Catalog;
using Pipeline.Storage;
using Pipeline.Tests.Integration.Words;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Faults;

/// <summary>A process is killed while it trains a model that it began to update by itself.</summary>
public sealed class ModelUpdateFaultTests
{
    private const int Places = 6;
    private const int Views = 3;
    private const int Steps = 200;
    private const string Model = "v1/collections/default/model";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Standalone_killed_in_the_middle_of_a_training_goes_on_from_its_last_checkpoint_and_leaves_nothing_behind()
    {
        var folder = Directory.CreateTempSubdirectory("pipeline-faults-").FullName;
        var blobs = new DirectoryBlobStore(Path.Combine(folder, "blobs"));
        await using var standalone = ServiceProcess.Start(
            "Standalone",
            new Dictionary<string, string>
            {
                ["Storage:State:Path"] = Path.Combine(folder, "state.db"),
                ["Storage:Blobs:Root"] = Path.Combine(folder, "blobs"),
                ["Index:Path"] = Path.Combine(folder, "index"),
                ["ModelUpdating:MinNewPairs"] = "8",
                ["ModelUpdating:MinImages"] = $"{Places * Views}",
                ["ModelUpdating:MinInterval"] = "1.00:00:00",
                ["ModelUpdating:LookInterval"] = "00:00:01",
                ["ModelUpdating:CheckpointInterval"] = "00:00:01",
                ["ModelUpdating:Hold"] = "00:00:05",
                ["ModelUpdating:Learning:BatchImages"] = "32",
                ["ModelUpdating:Learning:MinSteps"] = $"{Steps}",
                ["ModelUpdating:Learning:MaxSteps"] = $"{Steps}",
            },
            Path.Combine(folder, "standalone.log"));
        await standalone.WaitUntilReadyAsync();
        using var gateway = new HttpClient { BaseAddress = standalone.Url };
        foreach (var picture in Scenes.Views(1, Places, Views))
        {
            using var form = new MultipartFormDataContent { { new ByteArrayContent(picture), "file", "view.png" } };
            (await gateway.PostAsync(new Uri("v1/collections/default/images", UriKind.Relative), form)).EnsureSuccessStatusCode();
        }

        await Eventually.TrueAsync(async _ => (await LeftAsync(blobs)).Contains("checkpoint"), Patience, "A checkpoint");
        await standalone.KillAsync();
        Assert.Contains("checkpoint", await LeftAsync(blobs));
        standalone.StartAgain();
        await standalone.WaitUntilReadyAsync();

        JsonNode? update = null;
        await Eventually.TrueAsync(
            async () => (update = JsonNode.Parse(await gateway.GetStringAsync(new Uri(Model, UriKind.Relative)))!["updates"]!.AsArray().Single()) is var now
                && (string?)now!["status"] is "done" or "failed",
            Patience,
            () => Task.FromResult($"Still {update?["status"]}, step {update?["step"]}"));
        Assert.Equal(("done", Steps, Steps), ((string?)update!["status"], (int)update["step"]!, (int)update["data"]!["steps"]!));
        Assert.Equal(update["curve"]!["steps"]!.AsArray().Select(step => (int)step!), Enumerable.Range(1, Steps));
        await Eventually.TrueAsync(async _ => (await LeftAsync(blobs)).SequenceEqual(["seen-pairs"]), Patience, "Only what was seen is left");
        Assert.Contains("goes on with what it was begun with", await File.ReadAllTextAsync(Path.Combine(folder, "standalone.log")), StringComparison.Ordinal);
        await standalone.StopAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Names of what updates keep beside the registry.</summary>
    private static async Task<List<string>> LeftAsync(DirectoryBlobStore blobs)
    {
        var names = new List<string>();
        await foreach (var blob in blobs.ListAsync(BlobKeys.ModelUpdatesPrefix("default"), CancellationToken.None))
        {
            names.Add(blob.Key[(blob.Key.LastIndexOf('/') + 1)..]);
        }

        return names;
    }
}
