using System.Text.Json.Nodes;
using Pipeline.Storage;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Faults;

/// <summary>Everything in one process whose bus forgets: what was answered with 202 must end all the same.</summary>
public sealed class StandaloneFaultTests
{
    private const int Uploaders = 4;

    [Fact]
    public async Task Standalone_killed_twice_while_images_come_in_finishes_all_it_had_accepted_by_itself()
    {
        var uploads = Uploads.Create(good: 80, bad: 4, seed: 5);
        var folder = Directory.CreateTempSubdirectory("pipeline-faults-").FullName;
        var statePath = Path.Combine(folder, "state.db");
        await using var standalone = ServiceProcess.Start(
            "Standalone",
            new Dictionary<string, string>
            {
                ["Storage:State:Path"] = statePath,
                ["Storage:Blobs:Root"] = Path.Combine(folder, "blobs"),
                ["Index:Path"] = Path.Combine(folder, "index"),
                ["Upload:Collections:0"] = Uploads.Collection,
            },
            Path.Combine(folder, "standalone.log"));
        await standalone.WaitUntilReadyAsync();

        using var gateway = new HttpClient { BaseAddress = standalone.Url };
        var accepted = new HashSet<Upload>();
        foreach (var endedBefore in (int[])[15, 45])
        {
            var uploading = UploadAsync(gateway, uploads.All.Except(accepted));
            await EndedAsync(gateway, endedBefore);
            await standalone.KillAsync();
            accepted.UnionWith(await uploading);
            standalone.StartAgain();
            await standalone.WaitUntilReadyAsync();
        }

        // Nobody uploads now: what was answered ends by itself.
        await EndedAsync(gateway, accepted.Count);
        accepted.UnionWith(await UploadAsync(gateway, uploads.All.Except(accepted)));
        Assert.Equal(uploads.All.Count, accepted.Count);
        await EndedAsync(gateway, uploads.All.Count);
        await standalone.StopAsync();

        await using (var state = new SqliteStateStore(statePath))
        {
            await new Settlement(state, uploads).AssertCatalogAsync();
        }

        await Settlement.AssertIndexAsync(Path.Combine(folder, "index"), uploads);
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Waits until so many images are indexed or rejected.</summary>
    private static async Task EndedAsync(HttpClient gateway, int count)
    {
        var last = "";
        await Eventually.TrueAsync(
            async () =>
            {
                last = await gateway.GetStringAsync(new Uri($"v1/collections/{Uploads.Collection}", UriKind.Relative));
                var images = JsonNode.Parse(last)!["images"]!;
                return (int)images["indexed"]! + (int)images["rejected"]! >= count;
            },
            TimeSpan.FromSeconds(60),
            () => Task.FromResult($"{count} should have ended: {last}"));
    }

    /// <summary>Uploads until all are in or the service is gone; answers those that were accepted.</summary>
    private static async Task<IReadOnlyList<Upload>> UploadAsync(HttpClient gateway, IEnumerable<Upload> uploads)
    {
        var waiting = new Queue<Upload>(uploads);
        var accepted = new List<Upload>();
        using var client = new HttpUploads(gateway.BaseAddress!);
        await Task.WhenAll(Enumerable.Range(0, Uploaders).Select(_ => UploadOneByOneAsync()));
        return accepted;

        async Task UploadOneByOneAsync()
        {
            // Once it is killed, this upload and the rest are for later.
            while (Next() is { } upload && await client.TryUploadAsync(upload))
            {
                lock (accepted)
                {
                    accepted.Add(upload);
                }
            }
        }

        Upload? Next()
        {
            lock (waiting)
            {
                return waiting.TryDequeue(out var upload) ? upload : null;
            }
        }
    }
}
