using Pipeline.Storage;

namespace Pipeline.Tests.Unit.Dashboard;

/// <summary>A state store in a folder of its own.</summary>
internal sealed class StateFolder : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dashboard-");
    private readonly SqliteStateStore _store;

    public StateFolder() => _store = new SqliteStateStore(Path.Combine(_folder.FullName, "state.db"));

    public IStateStore Store => _store;

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
