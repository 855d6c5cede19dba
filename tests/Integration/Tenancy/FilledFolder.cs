using System.Text.Json.Nodes;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Tests.Integration.Pipelines;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Tenancy;

/// <summary>What a node leaves that had a collection of a few images and a vocabulary; each test loses a part of a copy.</summary>
public sealed class FilledFolder : IAsyncLifetime
{
    public const string Collection = "museum";
    public const int Count = 8;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeline-filled-");

    /// <summary>The images, by id.</summary>
    public IReadOnlyList<Guid> Images { get; private set; } = [];

    /// <summary>What searches by them find.</summary>
    public string Found { get; private set; } = "";

    public async Task InitializeAsync()
    {
        byte[][] pictures = [.. Enumerable.Range(0, Count).Select(_ => Pictures.Unique(160, 120))];
        await using var node = await Node.StartAsync(_folder);
        await node.CreateAsync(Collection, new CollectionSettings { Limits = new() { MaxImages = 9 } });
        for (var i = 0; i < Count; i++)
        {
            Assert.Equal(UploadStatus.Accepted, (await node.UploadAsync(Collection, pictures[i], $"picture {i}", [$"label {i % 3}"])).Status);
        }

        // Names that a second upload gives are to survive, too.
        await node.UploadAsync(Collection, pictures[3], "another name", ["more"]);
        Images = [.. (await node.IndexedAsync(Collection, Count)).Select(image => image.ImageId)];
        await node.TrainVocabularyAsync(Collection);
        await node.IndexedAsync(Collection, Count);
        Found = await node.SearchAllAsync(Collection, Images);

        // The collection's manifest follows its record.
        var generation = (await node.Collections.GetCurrentAsync(Collection, CancellationToken.None))!.Active!;
        await Eventually.TrueAsync(
            async ct => await node.Blobs.TryReadAsync(BlobKeys.CollectionManifest(Collection), ct) is { } manifest
                && (string?)JsonNode.Parse(manifest)!["collection"]!["active"]?["vocabularyVersion"] == generation.VocabularyVersion,
            Node.Patience,
            "The manifest");
    }

    public Task DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return Task.CompletedTask;
    }

    /// <summary>Copies the files whose paths are wanted.</summary>
    public void CopyTo(DirectoryInfo other, Func<string, bool>? isWanted = null)
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach (var file in _folder.EnumerateFiles("*", SearchOption.AllDirectories))
        {
            var path = Path.GetRelativePath(_folder.FullName, file.FullName);
            if (isWanted is null || isWanted(path))
            {
                var copy = Path.Combine(other.FullName, path);
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                file.CopyTo(copy);
            }
        }
    }
}
