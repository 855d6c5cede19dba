using Microsoft.Extensions.DependencyInjection;
using Pipeline.Catalog;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Tenancy;

/// <summary>Everything but the blobs is lost, or a part of it; searches find the same again.</summary>
[Collection(SharedServers.Pipelines)]
public sealed class RebuildTests(SharedServers servers, FilledFolder filled) : IClassFixture<FilledFolder>, IDisposable
{
    private const string Collection = FilledFolder.Collection;
    private const int Count = FilledFolder.Count;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeline-rebuild-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_catalog_that_was_lost_is_rebuilt_from_the_blobs_while_the_index_is_there()
    {
        filled.CopyTo(_folder);
        Lose("state.db");

        await using var node = await Node.StartAsync(_folder);
        await node.RebuildAsync(Collection);

        await AssertFoundAsync(node, restored: Count, reindexed: 0);
    }

    [Fact]
    public async Task An_index_that_was_lost_is_rebuilt_while_the_catalog_is_there()
    {
        filled.CopyTo(_folder);
        Lose("index.db");

        await using var node = await Node.StartAsync(_folder);
        await node.RebuildAsync(Collection);

        await AssertFoundAsync(node, restored: 0, reindexed: Count);
    }

    [Fact]
    public async Task A_backup_of_the_blobs_alone_is_enough_to_go_on_elsewhere()
    {
        filled.CopyTo(_folder, path => path.Contains("blobs/objects/", StringComparison.Ordinal));

        await using var node = await Node.StartAsync(_folder);
        await node.RebuildAsync(Collection);

        await AssertFoundAsync(node, restored: Count, reindexed: 0);
        Assert.Equal(9, (await node.Collections.GetCurrentAsync(Collection, CancellationToken.None))!.Settings.Limits.MaxImages);
    }

    [Fact]
    public async Task A_redis_that_lost_everything_is_filled_from_the_blobs()
    {
        filled.CopyTo(_folder);
        Lose("state.db");
        var redis = await servers.RedisAsync();
        (string, string)[] empty =
        [
            ("Storage:State:Provider", "Redis"), ("Storage:State:ConnectionString", redis.ConnectionString), ("Storage:State:KeyPrefix", RedisServer.NewKeyPrefix()),
        ];

        await using var node = await Node.StartAsync(_folder, empty);
        await node.RebuildAsync(Collection);

        await AssertFoundAsync(node, restored: Count, reindexed: 0);
    }

    [Fact]
    public async Task A_rebuild_of_a_collection_that_is_in_use_changes_nothing()
    {
        filled.CopyTo(_folder);
        await using var node = await Node.StartAsync(_folder);
        var before = await node.IndexedAsync(Collection, Count);

        await node.RebuildAsync(Collection);

        Assert.Equal(before.Select(image => (image.ImageId, image.UpdatedAt)), (await node.IndexedAsync(Collection, Count)).Select(image => (image.ImageId, image.UpdatedAt)));
        await AssertFoundAsync(node, restored: 0, reindexed: 0);
    }

    [Fact]
    public async Task An_image_that_was_deleted_does_not_come_back_and_one_whose_deletion_waited_goes()
    {
        filled.CopyTo(_folder);
        await using (var before = await Node.StartAsync(_folder))
        {
            var images = await before.IndexedAsync(Collection, Count);
            await before.SendAsync(ImageEvents.Delete(images[0]));
            await Eventually.TrueAsync(
                async ct => await before.Images.GetAsync(Collection, images[0].ImageId, ct) is { Status: ImageStatus.Deleted }, Node.Patience, "A deletion");
        }

        Lose("state.db");
        await using var node = await Node.StartAsync(_folder);
        await node.CreateAsync(Collection);

        // Told before the catalog was lost, heard before it is rebuilt.
        var waiting = (await node.Services.GetRequiredService<ImageRestoration>().ReadAsync(Collection, filled.Images[1], 1, CancellationToken.None))!.ToRecord();
        await node.SendAsync(ImageEvents.Delete(waiting));
        await Eventually.TrueAsync(
            async ct => await node.Images.GetAsync(Collection, waiting.ImageId, ct) is { Status: ImageStatus.Deleted }, Node.Patience, "A deletion");
        await node.RebuildAsync(Collection);

        Assert.Equal(filled.Images.Skip(2), (await node.IndexedAsync(Collection, Count - 2)).Select(image => image.ImageId));
        await Eventually.TrueAsync(async ct => !await node.Blobs.ExistsAsync(waiting.BlobKey, ct), Node.Patience, "The end of its bytes");
    }

    private void Lose(string name)
    {
        foreach (var entry in _folder.EnumerateFileSystemInfos(name + "*"))
        {
            if (entry is DirectoryInfo directory)
            {
                directory.Delete(recursive: true);
            }
            else
            {
                entry.Delete();
            }
        }
    }

    private async Task AssertFoundAsync(Node node, int restored, int reindexed)
    {
        Assert.Equal(filled.Images, (await node.IndexedAsync(Collection, Count)).Select(image => image.ImageId));
        Assert.Equal(filled.Found, await node.SearchAllAsync(Collection, filled.Images));
        var rebuild = (await node.Services.GetRequiredService<CollectionRebuilds>().GetAsync(Collection, CancellationToken.None))!;
        Assert.Equal(new RebuildFound(Count, restored, reindexed, 0), rebuild.Found);
    }
}
