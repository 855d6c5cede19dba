using Pipeline.Tests.Integration.Servers;
using Pipeline.Tests.Integration.Storage;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Faults;

/// <summary>Every service a process of its own, and one thing after the other breaks under load.</summary>
[Collection(SharedServers.Processes)]
public sealed class ProcessFaultTests(SharedServers servers)
{
    [PrivateServersFact]
    public async Task A_broker_killed_while_images_come_in_loses_none()
    {
        await using var broker = await RabbitMqServer.StartPrivateAsync();
        await using var run = await FaultRun.StartAsync(servers, seed: 1, broker: broker);
        await Task.Delay(RabbitMqServer.TopologyRest);

        var uploading = run.UploadAsync();
        await run.Settled.IndexedAtLeastAsync(15);
        await broker.KillAsync();
        await broker.RestartAsync();
        await uploading.WaitAsync(TimeSpan.FromMinutes(6));

        await run.AssertSettledAsync();
    }

    [Fact]
    public async Task Workers_killed_with_messages_in_their_hands_lose_none()
    {
        (string Service, string Endpoint)[] workers =
        [
            ("Upload", "upload"), ("SiftExtraction", "sift-extraction"), ("CnnExtraction", "cnn-extraction"), ("HashEncoding", "hash-encoding"), ("Indexing", "indexing"),
        ];
        await using var run = await FaultRun.StartAsync(
            servers, seed: 2, crashes: folder => new CrashPoints(folder, message: 12, [.. workers.Select(worker => worker.Endpoint)]));

        await run.UploadAtOnceAsync();
        await Task.WhenAll(workers.Select(worker => run.Crashes!.RestartAfterCrashesAsync(run.Cluster[worker.Service], worker.Endpoint, TimeSpan.FromSeconds(90))));

        await run.AssertSettledAsync();
    }

    [Fact]
    public async Task A_gateway_killed_while_images_come_in_over_http_loses_and_doubles_none()
    {
        await using var run = await FaultRun.StartAsync(servers, seed: 6);
        var gateway = run.Cluster["Gateway"];
        var noted = run.Uploads.Good.First();
        using var client = new HttpUploads(gateway.Url);

        var uploading = client.UploadUntilAcceptedAsync(run.Uploads.All.Where(upload => upload != noted));
        foreach (var accepted in (int[])[15, 45])
        {
            await Eventually.TrueAsync(() => client.Accepted >= accepted, TimeSpan.FromSeconds(60), () => $"{client.Accepted} accepted");
            await gateway.KillAsync();
            if (accepted == 15)
            {
                // Nobody repeats this one: the Gateway that comes back has to find it by itself.
                await run.NoteUnpublishedAsync(noted);
            }

            gateway.StartAgain();
        }

        await uploading.WaitAsync(TimeSpan.FromMinutes(6));
        Assert.True(client.Failures > 0, "The kills were to meet uploads under way.");
        await run.AssertSettledAsync();
    }

    [PrivateServersFact]
    public async Task Redis_killed_and_later_stopped_while_images_come_in_loses_none()
    {
        var redis = await servers.RedisAsync();
        await using var run = await FaultRun.StartAsync(servers, seed: 3);

        var uploading = run.UploadAsync();
        await run.Settled.IndexedAtLeastAsync(15);
        await redis.KillAsync();
        await Task.Delay(TimeSpan.FromSeconds(2));
        await redis.RestartAsync();
        await run.Settled.IndexedAtLeastAsync(45);
        await redis.StopAsync();
        await redis.RestartAsync();
        await uploading;

        await run.AssertSettledAsync();
    }

    [TmpfsFact]
    public async Task A_blob_disk_that_fills_up_only_holds_images_up_until_it_has_room()
    {
        using var disk = new Tmpfs(megabytes: 64);
        await using var run = await FaultRun.StartAsync(servers, seed: 4, blobs: disk.Path);

        var uploading = run.UploadAsync();
        await run.Settled.IndexedAtLeastAsync(15);
        var filler = disk.Fill();
        await uploading;
        // The services hold what they have and wait; nobody gives an image up for want of room.
        await Task.Delay(TimeSpan.FromSeconds(3));
        Assert.True(await run.Settled.IndexedAsync() < run.Uploads.Good.Count());
        File.Delete(filler);

        await run.AssertSettledAsync();
    }
}
