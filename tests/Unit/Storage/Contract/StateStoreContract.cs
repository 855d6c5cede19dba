using System.Text;
using Pipeline.Storage;
using Xunit;

namespace Pipeline.Tests.Storage;

/// <summary>What every state store must do. Each test has a store of its own.</summary>
public abstract partial class StateStoreContract : IAsyncLifetime
{
    private IStateStore? _store;

    protected IStateStore Store => _store!;

    protected static CancellationToken None => CancellationToken.None;

    public async Task InitializeAsync() => _store = await OpenAsync();

    public virtual async Task DisposeAsync() => await ((IAsyncDisposable)Store).DisposeAsync();

    /// <summary>Opens an empty store.</summary>
    protected abstract Task<IStateStore> OpenAsync();

    protected static StateKey Key(string id) => new("things", id);

    protected static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    protected static string Text(StateRecord? record) => Encoding.UTF8.GetString(record!.Value.Span);

    protected Task<bool> CommitAsync(Action<StateTransaction> build)
    {
        var transaction = new StateTransaction();
        build(transaction);
        return Store.TryCommitAsync(transaction, None);
    }
}
