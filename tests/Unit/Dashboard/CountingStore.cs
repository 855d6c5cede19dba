using Pipeline.Storage;

namespace Pipeline.Tests.Unit.Dashboard;

/// <summary>A state store that counts the records it was asked for many at once.</summary>
internal sealed class CountingStore(IStateStore inner) : IStateStore
{
    public int RecordsRead { get; private set; }

    public Task<StateRecord?> GetAsync(StateKey key, CancellationToken ct) => inner.GetAsync(key, ct);

    public Task<IReadOnlyList<StateRecord?>> GetManyAsync(IReadOnlyList<StateKey> keys, CancellationToken ct)
    {
        RecordsRead += keys.Count;
        return inner.GetManyAsync(keys, ct);
    }

    public Task<bool> TryCommitAsync(StateTransaction transaction, CancellationToken ct) => inner.TryCommitAsync(transaction, ct);

    public Task<StatePage> ScanAsync(string table, string? after, int limit, CancellationToken ct) => inner.ScanAsync(table, after, limit, ct);

    public Task<IReadOnlyList<string>> GetSetAsync(StateKey set, CancellationToken ct) => inner.GetSetAsync(set, ct);

    public Task<bool> IsInSetAsync(StateKey set, string member, CancellationToken ct) => inner.IsInSetAsync(set, member, ct);

    public Task<IReadOnlyList<ScoredMember>> RangeAsync(StateKey sorted, SortedRange range, CancellationToken ct) => inner.RangeAsync(sorted, range, ct);

    public Task<long> CountSortedAsync(StateKey sorted, CancellationToken ct) => inner.CountSortedAsync(sorted, ct);

    public Task<long> GetCounterAsync(StateKey counter, CancellationToken ct) => inner.GetCounterAsync(counter, ct);
}
