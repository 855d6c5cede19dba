using Pipeline.Tests.Support;
using Pipeline.Tests.Support.Qdrant;
using Pipeline.VectorIndex;
using Pipeline.VectorIndex.Qdrant;
using Xunit;

namespace Pipeline.Tests.Integration.Infrastructure;

/// <summary>The operator's copy of the index.</summary>
public sealed class QdrantSnapshotsTests : IAsyncLifetime
{
    private static readonly CollectionSchema Schema = new([new DenseSpace("cnn", 2)]);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("qdrant-snapshots-");
    private QdrantServer _server = null!;
    private QdrantOptions _options = null!;

    private string Saved => Path.Combine(_folder.FullName, "saved");

    private string KeyFile => Path.Combine(_folder.FullName, "key");

    public async Task InitializeAsync()
    {
        _server = await QdrantServer.StartAsync();
        _options = _server.NewOptions();
        await File.WriteAllTextAsync(KeyFile, _options.ApiKey + "\n");
        await using var index = new QdrantVectorIndex(_options);
        foreach (var (name, points) in ((string, int)[])[("photos-g1", 9), ("photos-g1-codes", 3)])
        {
            await index.EnsureCollectionAsync(name, Schema);
            await index.UpsertAsync(name, [.. Enumerable.Range(0, points).Select(Point)]);
        }
    }

    public async Task DisposeAsync()
    {
        await QdrantServer.RemoveCollectionsAsync(_options);
        var violations = _server.Violations();
        await _server.DisposeAsync();
        _folder.Delete(recursive: true);
        Assert.Empty(violations);
    }

    [Fact]
    public async Task What_was_saved_comes_back_after_everything_was_lost_and_nothing_is_left_on_the_servers_disk()
    {
        await using var index = new QdrantVectorIndex(_options);
        await index.EnsureCollectionAsync("other", Schema);

        var saved = await RunAsync($"save {Saved} --prefix {_options.Prefix}photos");

        Assert.True(saved.ExitCode == 0, saved.Error);
        Assert.Equal(
            ["photos-g1-codes.snapshot", "photos-g1-codes.snapshot.sha256", "photos-g1.snapshot", "photos-g1.snapshot.sha256"],
            Directory.EnumerateFiles(Saved).Select(file => Path.GetFileName(file)[_options.Prefix.Length..]).Order(StringComparer.Ordinal));
        Assert.Empty(await index.ListSnapshotsAsync("photos-g1"));

        await index.DropCollectionAsync("photos-g1");
        await index.UpsertAsync("photos-g1-codes", [Point(77)]);
        var restored = await RunAsync($"restore {Saved}");

        Assert.True(restored.ExitCode == 0, restored.Error);
        await using var again = new QdrantVectorIndex(_options);
        Assert.Equal((9, 3), (await again.CountAsync("photos-g1"), await again.CountAsync("photos-g1-codes")));
        var point = Assert.Single(await again.GetAsync("photos-g1", [Point(8).Id]));
        Assert.Equal([0, 1], ((DenseVector)point.Vectors["cnn"]).Values);
    }

    [Fact]
    public async Task A_damaged_file_is_noticed_before_anything_is_replaced()
    {
        Assert.Equal(0, (await RunAsync($"save {Saved} --prefix {_options.Prefix}")).ExitCode);
        await File.AppendAllTextAsync(Path.Combine(Saved, $"{_options.Prefix}photos-g1.snapshot"), "?");
        await using var index = new QdrantVectorIndex(_options);
        await index.DropCollectionAsync("photos-g1-codes");

        var restored = await RunAsync($"restore {Saved}");

        Assert.Equal(1, restored.ExitCode);
        Assert.Contains("photos-g1.snapshot is damaged, nothing has been restored", restored.Error, StringComparison.Ordinal);
        Assert.Equal(["photos-g1"], await index.ListCollectionsAsync());
    }

    [Fact]
    public async Task Two_states_of_the_index_do_not_mix_in_one_folder()
    {
        Assert.Equal(0, (await RunAsync($"save {Saved} --prefix {_options.Prefix}")).ExitCode);

        var second = await RunAsync($"save {Saved} --prefix {_options.Prefix}");

        Assert.Equal(1, second.ExitCode);
        Assert.Contains("is not empty", second.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_key_an_address_where_nobody_is_and_a_prefix_of_nothing_are_said()
    {
        if (_server.StandIn is not null)
        {
            var wrong = Path.Combine(_folder.FullName, "wrong");
            await File.WriteAllTextAsync(wrong, "no-key");
            Assert.Contains("403 Invalid API key", await FailAsync($"save {Saved} --url {_server.Url} --key-file {wrong}"), StringComparison.Ordinal);
        }

        Assert.Contains(
            "does not answer", await FailAsync($"save {Saved} --url http://127.0.0.1:{FreePort.Find()} --key-file {KeyFile}"), StringComparison.Ordinal);
        Assert.Contains(
            "no collection begins with nothing-", await FailAsync($"save {Saved} --url {_server.Url} --key-file {KeyFile} --prefix nothing-"), StringComparison.Ordinal);
    }

    private static async Task<string> FailAsync(string arguments)
    {
        var result = await Script.RunAsync($"infra/qdrant/snapshots {arguments}");
        Assert.Equal(1, result.ExitCode);
        return result.Error;
    }

    private Task<ScriptResult> RunAsync(string arguments) =>
        Script.RunAsync($"infra/qdrant/snapshots {arguments} --url {_server.Url} --key-file {KeyFile}");

    private static IndexPoint Point(int n) => new()
    {
        Id = new Guid($"00000000-0000-0000-0000-{n:x12}"),
        Payload = new IndexPayload { Tenant = "default" },
        Vectors = new Dictionary<string, VectorValue> { ["cnn"] = new DenseVector(n % 2 == 0 ? [0, 1] : [1, 0]) },
    };
}
