using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Tests.Integration.Pipelines;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Tenancy;

/// <summary>Everything but the blobs is lost, or a part of it; searches find the same again.</summary>
[Collection(SharedServers.Pipelines)]
public sealed class RebuildTests(SharedServers servers) : IAsyncLifetime
{
    private const string Collection = "museum";
    private const int Count = 8;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeline-rebuild-");
    private readonly DirectoryInfo _other = Directory.CreateTempSubdirectory("pipeline-rebuild-");
    private readonly List<byte[]> _pictures = [.. Enumerable.Range(0, Count).Select(_ => Pictures.Unique(160, 120))];
    private (string, string)[] _settings = [];
    private string _found = "";
    private Guid[] _images = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        _folder.Delete(recursive: true);
        _other.Delete(recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_catalog_that_was_lost_is_rebuilt_from_the_blobs_while_the_index_is_there()
    {
        await FillAsync();
        Lose("state.db");

        await using var node = await Node.StartAsync(_folder, _settings);
        await node.RebuildAsync(Collection);

        await AssertFoundAsync(node, restored: Count, reindexed: 0);
    }

    [Fact]
    public async Task An_index_that_was_lost_is_rebuilt_while_the_catalog_is_there()
    {
        await FillAsync();
        Lose("index.db");

        await using var node = await Node.StartAsync(_folder, _settings);
        await node.RebuildAsync(Collection);

        await AssertFoundAsync(node, restored: 0, reindexed: Count);
    }

    [Fact]
    public async Task A_backup_of_the_blobs_alone_is_enough_to_go_on_elsewhere()
    {
        await FillAsync();
        foreach (var file in _folder.EnumerateFiles("blobs/*", new EnumerationOptions { RecurseSubdirectories = true }).Where(file => file.FullName.Contains("/objects/", StringComparison.Ordinal)))
        {
            var copy = Path.Combine(_other.FullName, Path.GetRelativePath(_folder.FullName, file.FullName));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            file.CopyTo(copy);
        }

        await using var node = await Node.StartAsync(_other, _settings);
        await node.RebuildAsync(Collection);

        await AssertFoundAsync(node, restored: Count, reindexed: 0);
        Assert.Equal(9, (await node.Collections.GetCurrentAsync(Collection, CancellationToken.None))!.Settings.Limits.MaxImages);
    }

    [Fact]
    public async Task A_redis_that_lost_everything_is_filled_from_the_blobs()
    {
        var redis = await servers.RedisAsync();
        (string, string)[] AtPrefix(string prefix) =>
            [("Storage:State:Provider", "Redis"), ("Storage:State:ConnectionString", redis.ConnectionString), ("Storage:State:KeyPrefix", prefix)];
        _settings = AtPrefix(RedisServer.NewKeyPrefix());
        await FillAsync();
        _settings = AtPrefix(RedisServer.NewKeyPrefix());

        await using var node = await Node.StartAsync(_folder, _settings);
        await node.RebuildAsync(Collection);

        await AssertFoundAsync(node, restored: Count, reindexed: 0);
    }

    [Fact]
    public async Task A_rebuild_of_a_collection_that_is_in_use_changes_nothing()
    {
        await FillAsync();
        await using var node = await Node.StartAsync(_folder, _settings);
        var before = await node.IndexedAsync(Collection, Count);

        await node.RebuildAsync(Collection);

        Assert.Equal(before.Select(image => (image.ImageId, image.UpdatedAt)), (await node.IndexedAsync(Collection, Count)).Select(image => (image.ImageId, image.UpdatedAt)));
        await AssertFoundAsync(node, restored: 0, reindexed: 0);
    }

    [Fact]
    public async Task An_image_that_was_deleted_does_not_come_back_and_one_whose_deletion_waited_goes()
    {
        ImageRecord waiting;
        await FillAsync(async node =>
        {
            var images = await node.IndexedAsync(Collection, Count);
            await node.SendAsync(ImageEvents.Delete(images[0]));
            await Eventually.TrueAsync(
                async ct => await node.Images.GetAsync(Collection, images[0].ImageId, ct) is { Status: ImageStatus.Deleted }, Node.Patience, "A deletion");
        });
        Lose("state.db");
        await using var node = await Node.StartAsync(_folder, _settings);
        await node.CreateAsync(Collection);

        // Told before the catalog was lost, heard before it is rebuilt.
        waiting = (await node.Services.GetRequiredService<ImageRestoration>().ReadAsync(Collection, _images[1], 1, CancellationToken.None))!.ToRecord();
        await node.SendAsync(ImageEvents.Delete(waiting));
        await Eventually.TrueAsync(
            async ct => await node.Images.GetAsync(Collection, waiting.ImageId, ct) is { Status: ImageStatus.Deleted }, Node.Patience, "A deletion");
        await node.RebuildAsync(Collection);

        Assert.Equal(_images[2..], (await node.IndexedAsync(Collection, Count - 2)).Select(image => image.ImageId));
        await Eventually.TrueAsync(async ct => !await node.Blobs.ExistsAsync(waiting.BlobKey, ct), Node.Patience, "The end of its bytes");
    }

    private async Task FillAsync(Func<Node, Task>? more = null)
    {
        await using var node = await Node.StartAsync(_folder, _settings);
        await node.CreateAsync(Collection, new CollectionSettings { Limits = new() { MaxImages = 9 } });
        for (var i = 0; i < Count; i++)
        {
            Assert.Equal(UploadStatus.Accepted, (await node.UploadAsync(Collection, _pictures[i], $"picture {i}", [$"label {i % 3}"])).Status);
        }

        // Names that a second upload gives are to survive, too.
        await node.UploadAsync(Collection, _pictures[3], "another name", ["more"]);
        _images = [.. (await node.IndexedAsync(Collection, Count)).Select(image => image.ImageId)];
        await node.TrainVocabularyAsync(Collection);
        await node.IndexedAsync(Collection, Count);
        _found = await node.SearchAllAsync(Collection, _images);
        if (more is not null)
        {
            await more(node);
        }

        // The collection's manifest follows its record.
        var generation = (await node.Collections.GetCurrentAsync(Collection, CancellationToken.None))!.Active!;
        await Eventually.TrueAsync(
            async ct => await node.Blobs.TryReadAsync(BlobKeys.CollectionManifest(Collection), ct) is { } manifest
                && (string?)JsonNode.Parse(manifest)!["collection"]!["active"]?["vocabularyVersion"] == generation.VocabularyVersion,
            Node.Patience,
            "The manifest");
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
        Assert.Equal(_images, (await node.IndexedAsync(Collection, Count)).Select(image => image.ImageId));
        Assert.Equal(_found, await node.SearchAllAsync(Collection, _images));
        var rebuild = (await node.Services.GetRequiredService<CollectionRebuilds>().GetAsync(Collection, CancellationToken.None))!;
        Assert.Equal(new RebuildFound(Count, restored, reindexed, 0), rebuild.Found);
    }
}
