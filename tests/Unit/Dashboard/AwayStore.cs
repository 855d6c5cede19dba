using Pipeline.Storage;

namespace Pipeline.Tests.Unit.Dashboard;

/// <summary>A state store that does not answer.</summary>
internal sealed class AwayStore : IStateStore
{
    public Task<StateRecord?> GetAsync(StateKey key, CancellationToken ct) => Away<StateRecord?>();

    public Task<IReadOnlyList<StateRecord?>> GetManyAsync(IReadOnlyList<StateKey> keys, CancellationToken ct) => Away<IReadOnlyList<StateRecord?>>();

    public Task<bool> TryCommitAsync(StateTransaction transaction, CancellationToken ct) => Away<bool>();

    public Task<StatePage> ScanAsync(string table, string? after, int limit, CancellationToken ct) => Away<StatePage>();

    public Task<IReadOnlyList<string>> GetSetAsync(StateKey set, CancellationToken ct) => Away<IReadOnlyList<string>>();

    public Task<bool> IsInSetAsync(StateKey set, string member, CancellationToken ct) => Away<bool>();

    public Task<IReadOnlyList<ScoredMember>> RangeAsync(StateKey sorted, SortedRange range, CancellationToken ct) => Away<IReadOnlyList<ScoredMember>>();

    public Task<long> CountSortedAsync(StateKey sorted, CancellationToken ct) => Away<long>();

    public Task<long> GetCounterAsync(StateKey counter, CancellationToken ct) => Away<long>();

    private static Task<T> Away<T>() => Task.FromException<T>(new StorageUnavailableException("It is away."));
}
