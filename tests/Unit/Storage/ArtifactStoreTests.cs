using Pipeline.Storage;
using Xunit;

namespace Pipeline.Tests.Storage;

public sealed class ArtifactStoreTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly DirectoryBlobStore _blobs;
    private readonly SqliteStateStore _state;
    private readonly ArtifactStore _artifacts;

    public ArtifactStoreTests()
    {
        _blobs = new DirectoryBlobStore(_folder.File("blobs"));
        _state = new SqliteStateStore(_folder.File("state.db"));
        _artifacts = new ArtifactStore(_blobs, _state);
    }

    private static ArtifactLineage Lineage => new()
    {
        CreatedFrom = "a test",
        Parent = "head-000000000000",
        Settings = new Dictionary<string, string> { ["bits"] = "64" },
        Metrics = new Dictionary<string, double> { ["recall"] = 0.75, ["loss"] = double.NaN },
    };

    private static CancellationToken None => CancellationToken.None;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _state.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_artifact_is_named_by_its_hash_and_keeps_its_lineage()
    {
        var added = await _artifacts.AddAsync("head", "content"u8.ToArray(), Lineage, None);
        // SHA-256 of "content".
        Assert.Equal("ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73", added.Sha256);
        Assert.Equal("head-ed7002b439e9", added.Version);
        Assert.Equal("content"u8.ToArray(), await _artifacts.LoadAsync(added.Version, None));
        var read = (await _artifacts.GetAsync(added.Version, None))!;
        Assert.Equal("64", read.Lineage.Settings["bits"]);
        Assert.Equal(0.75, read.Lineage.Metrics["recall"]);
        Assert.True(double.IsNaN(read.Lineage.Metrics["loss"]));
        Assert.Equal("head-000000000000", read.Lineage.Parent);
    }

    [Fact]
    public async Task Adding_the_same_content_again_returns_the_first_record()
    {
        var added = await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
            _artifacts.AddAsync("head", "content"u8.ToArray(), Lineage with { CreatedFrom = $"run {i}" }, None)));
        Assert.Single(added.Select(a => (a.Version, a.CreatedAt, a.Lineage.CreatedFrom)).Distinct());
        Assert.Single(await _artifacts.ListAsync("head", None));
    }

    [Fact]
    public async Task A_kind_lists_its_own_artifacts_only()
    {
        var first = await _artifacts.AddAsync("head", "1"u8.ToArray(), Lineage, None);
        var second = await _artifacts.AddAsync("head", "2"u8.ToArray(), Lineage, None);
        await _artifacts.AddAsync("head-2", "1"u8.ToArray(), Lineage, None);
        Assert.Equal([first.Version, second.Version], (await _artifacts.ListAsync("head", None)).Select(a => a.Version));
        Assert.Empty(await _artifacts.ListAsync("hea", None));
    }

    [Fact]
    public async Task A_changed_or_lost_content_is_never_returned_and_adding_it_again_repairs_it()
    {
        var added = await _artifacts.AddAsync("head", "content"u8.ToArray(), Lineage, None);
        await _blobs.PutAsync(added.BlobKey, "c0ntent"u8.ToArray(), None);
        await Assert.ThrowsAsync<ArtifactCorruptException>(() => _artifacts.LoadAsync(added.Version, None));
        await _blobs.DeleteAsync(added.BlobKey, None);
        await Assert.ThrowsAsync<ArtifactCorruptException>(() => _artifacts.LoadAsync(added.Version, None));
        await _artifacts.AddAsync("head", "content"u8.ToArray(), Lineage, None);
        Assert.Equal("content"u8.ToArray(), await _artifacts.LoadAsync(added.Version, None));
        await Assert.ThrowsAsync<ArtifactNotFoundException>(() => _artifacts.LoadAsync("head-aaaaaaaaaaaa", None));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Head")]
    [InlineData("2head")]
    [InlineData("a/b")]
    [InlineData("head\n")]
    public async Task Ill_formed_kinds_are_refused(string kind) =>
        await Assert.ThrowsAsync<ArgumentException>(() => _artifacts.AddAsync(kind, new byte[1], Lineage, None));
}
