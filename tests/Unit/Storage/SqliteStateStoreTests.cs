using Microsoft.Data.Sqlite;
using Pipeline.Storage;
using Xunit;

namespace Pipeline.Tests.Storage;

public sealed class SqliteStateStoreTests : StateStoreContract
{
    private readonly TemporaryFolder _folder = new();

    private string Path => _folder.File("sub/state.db");

    protected override Task<IStateStore> OpenAsync() => Task.FromResult<IStateStore>(new SqliteStateStore(Path));

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Everything_is_there_after_it_is_opened_again()
    {
        await CommitAsync(t => t.Put(Key("a"), Bytes("A")).AddToSet(Key("s"), "m").AddToSorted(Key("z"), "m", 1.5).Increment(Key("c"), 3));
        var version = (await Store.GetAsync(Key("a"), None))!.Version;
        await ((SqliteStateStore)Store).DisposeAsync();

        await using var again = new SqliteStateStore(Path);
        Assert.Equal(version, (await again.GetAsync(Key("a"), None))!.Version);
        Assert.True(await again.IsInSetAsync(Key("s"), "m", None));
        Assert.Equal(3, await again.GetCounterAsync(Key("c"), None));
        Assert.True(await again.TryCommitAsync(new StateTransaction().Delete(Key("a")), None));
        Assert.True(await again.TryCommitAsync(new StateTransaction().Put(Key("a"), Bytes("B")), None));
        Assert.True((await again.GetAsync(Key("a"), None))!.Version > version);
    }

    [Fact]
    public void A_second_owner_of_the_file_is_refused() =>
        Assert.Throws<InvalidOperationException>(() => new SqliteStateStore(Path));

    [Fact]
    public async Task A_damaged_file_is_reported_as_unavailable()
    {
        var path = _folder.File("damaged.db");
        await File.WriteAllTextAsync(path, string.Concat(Enumerable.Repeat("this is no database ", 500)));
        Assert.Throws<StorageUnavailableException>(() => new SqliteStateStore(path));
    }

    [Fact]
    public async Task A_file_of_a_later_format_is_refused()
    {
        var path = _folder.File("later.db");
        await using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version=99";
            command.ExecuteNonQuery();
        }

        Assert.Throws<InvalidDataException>(() => new SqliteStateStore(path));
    }

    [Fact]
    public async Task One_transaction_that_cannot_be_applied_does_not_fail_those_committed_with_it()
    {
        await CommitAsync(t => t.Increment(Key("c"), 1));
        await using (var connection = new SqliteConnection($"Data Source={Path};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "CREATE TRIGGER refuse BEFORE INSERT ON member BEGIN SELECT RAISE(ABORT, 'refused'); END";
            command.ExecuteNonQuery();
        }

        var commits = Enumerable.Range(0, 50).Select(i => i == 25
            ? CommitAsync(t => t.Put(Key("poison"), Bytes("x")).AddToSet(Key("s"), "m"))
            : CommitAsync(t => t.Put(Key($"k{i}"), Bytes("x")))).ToArray();
        await Assert.ThrowsAsync<SqliteException>(() => commits[25]);
        Assert.All(await Task.WhenAll(commits.Where((_, i) => i != 25)), Assert.True);
        Assert.Equal(49, (await Store.ScanAsync("things", null, 100, None)).Records.Count);
        Assert.Null(await Store.GetAsync(Key("poison"), None));
    }

    [Fact]
    public async Task Commits_accepted_before_disposal_are_made()
    {
        var commits = Enumerable.Range(0, 100).Select(i => CommitAsync(t => t.Put(Key($"k{i:000}"), Bytes("x")))).ToArray();
        await ((SqliteStateStore)Store).DisposeAsync();
        Assert.All(await Task.WhenAll(commits), Assert.True);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => CommitAsync(t => t.Put(Key("late"), Bytes("x"))));
        await using var again = new SqliteStateStore(Path);
        Assert.Equal(100, (await again.ScanAsync("things", null, 1000, None)).Records.Count);
    }
}
