using Pipeline.Storage;
using Xunit;

namespace Pipeline.Tests.Storage;

public sealed class StateJsonTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly SqliteStateStore _store;

    public StateJsonTests() => _store = new SqliteStateStore(_folder.File("state.db"));

    private static CancellationToken None => CancellationToken.None;

    private static StateKey Key => new("notes", "a");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_update_can_put_keep_and_delete()
    {
        Assert.Equal(new Note("one"), await _store.UpdateAsync<Note>(Key, n => Change.Put(new Note(n is null ? "one" : "wrong")), None));
        var version = (await _store.GetVersionedAsync<Note>(Key, None))!.Version;
        Assert.Equal(new Note("one"), await _store.UpdateAsync<Note>(Key, _ => Change.Keep<Note>(), None));
        Assert.Equal(version, (await _store.GetVersionedAsync<Note>(Key, None))!.Version);
        Assert.Null(await _store.UpdateAsync<Note>(Key, _ => Change.Delete<Note>(t => t.AddToSet(Key, "deleted")), None));
        Assert.Null(await _store.GetAsync<Note>(Key, None));
        Assert.True(await _store.IsInSetAsync(Key, "deleted", None));
    }

    [Fact]
    public async Task An_update_decides_again_on_what_another_writer_left()
    {
        var runs = 0;
        var result = await _store.UpdateAsync<Note>(
            Key,
            before =>
            {
                if (runs++ == 0)
                {
                    _store.TryCommitAsync(new StateTransaction().Put(Key, new Note("other")), None).GetAwaiter().GetResult();
                }

                return Change.Put(new Note(before?.Text + "+mine"));
            },
            None);
        Assert.Equal(2, runs);
        Assert.Equal("other+mine", result!.Text);
    }

    [Fact]
    public async Task An_update_that_always_loses_gives_up_with_an_error() =>
        await Assert.ThrowsAsync<StateConflictException>(() => _store.UpdateAsync<Note>(
            Key,
            _ =>
            {
                _store.TryCommitAsync(new StateTransaction().Put(Key, new Note("other")), None).GetAwaiter().GetResult();
                return Change.Put(new Note("mine"));
            },
            None));

    [Fact]
    public async Task A_prefix_scan_returns_exactly_the_ids_that_start_with_it()
    {
        var transaction = new StateTransaction();
        foreach (var id in Enumerable.Range(0, 1200).Select(i => $"b/{i:0000}").Concat(["a/1", "b", "b/", "c"]))
        {
            transaction.Put(new StateKey("notes", id), new Note(id));
        }

        await _store.TryCommitAsync(transaction, None);
        var found = new List<string>();
        await foreach (var entry in _store.ScanAllAsync("notes", "b/"))
        {
            found.Add(entry.Id);
        }

        Assert.Equal(1201, found.Count);
        Assert.Equal(found.Distinct().Order(StringComparer.Ordinal), found);
        Assert.All(found, id => Assert.StartsWith("b/", id, StringComparison.Ordinal));
    }

    private sealed record Note(string Text);
}
