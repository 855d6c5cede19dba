using Pipeline.Tests.Integration.Servers;
using Pipeline.Tests.Integration.Storage;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Faults;

/// <summary>Every service a process of its own, and one thing after the other breaks under load.</summary>
[Collection(SharedServers.Collection)]
public sealed class ProcessFaultTests(SharedServers servers)
{
    // What this broker was told within the last seconds may not survive its crash: see RabbitMqServer.KillAsync.
    private static readonly TimeSpan TopologyRest = TimeSpan.FromSeconds(4);

    [PrivateServersFact]
    public async Task A_broker_killed_while_images_come_in_loses_none()
    {
        await using var broker = await RabbitMqServer.StartPrivateAsync();
        await using var run = await FaultRun.StartAsync(servers, seed: 1, broker: broker);
        await Task.Delay(TopologyRest);

        var uploading = run.UploadAsync();
        await run.Settled.IndexedAtLeastAsync(40);
        await broker.KillAsync();
        await broker.RestartAsync();
        await uploading.WaitAsync(TimeSpan.FromMinutes(2));

        await run.AssertSettledAsync();
    }

    [Fact]
    public async Task Workers_killed_with_messages_in_their_hands_lose_none()
    {
        await using var run = await FaultRun.StartAsync(servers, seed: 2);

        await run.UploadAtOnceAsync();
        await run.KillMidMessageAsync("Upload", "upload");
        await run.KillMidMessageAsync("SiftExtraction", "sift-extraction");
        await run.KillMidMessageAsync("CnnExtraction", "cnn-extraction");
        await run.KillMidMessageAsync("HashEncoding", "hash-encoding");
        await run.KillMidMessageAsync("Indexing", "indexing");

        await run.AssertSettledAsync();
    }

    [PrivateServersFact]
    public async Task Redis_killed_and_later_stopped_while_images_come_in_loses_none()
    {
        var redis = await servers.RedisAsync();
        await using var run = await FaultRun.StartAsync(servers, seed: 3);

        var uploading = run.UploadAsync();
        await run.Settled.IndexedAtLeastAsync(40);
        await redis.KillAsync();
        await Task.Delay(TimeSpan.FromSeconds(2));
        await redis.RestartAsync();
        await run.Settled.IndexedAtLeastAsync(110);
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
        await run.Settled.IndexedAtLeastAsync(40);
        var filler = disk.Fill();
        await uploading;
        // The services hold what they have and wait; nobody gives an image up for want of room.
        await Task.Delay(TimeSpan.FromSeconds(3));
        Assert.True(await run.Settled.IndexedAsync() < 200);
        File.Delete(filler);

        await run.AssertSettledAsync();
    }
}
