namespace Pipeline.Storage;

/// <summary>
/// Small shared state: records with compare-and-set, sets, bounded sorted sets, counters. Reads see every commit that
/// returned before them.
/// </summary>
/// <remarks>
/// Every method throws <see cref="StorageUnavailableException"/> when the store does not work and
/// <see cref="ArgumentException"/> for an ill-formed key.
/// </remarks>
public interface IStateStore
{
    /// <summary>A record, or null if there is none.</summary>
    Task<StateRecord?> GetAsync(StateKey key, CancellationToken ct);

    /// <summary>Records in the order of the keys, null where there is none, all read at one moment.</summary>
    Task<IReadOnlyList<StateRecord?>> GetManyAsync(IReadOnlyList<StateKey> keys, CancellationToken ct);

    /// <summary>
    /// Checks the conditions and makes the changes, all or none of them, atomically; durable when it returns true. False: a
    /// condition did not hold and nothing changed.
    /// </summary>
    /// <exception cref="StorageUnavailableException">
    /// The outcome may be unknown. Calling again with the same transaction object is safe: it is applied at most once.
    /// </exception>
    /// <exception cref="InvalidOperationException">This transaction object was committed already.</exception>
    Task<bool> TryCommitAsync(StateTransaction transaction, CancellationToken ct);

    /// <summary>
    /// Records of a table whose id comes behind <paramref name="after"/> (null: from the start), ordered by id. A record that
    /// is in the table all the time is returned exactly once by a paged scan.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="after">The <see cref="StatePage.Next"/> of the page before.</param>
    /// <param name="limit">1–10 000.</param>
    /// <param name="ct">Cancels the call.</param>
    Task<StatePage> ScanAsync(string table, string? after, int limit, CancellationToken ct);

    /// <summary>Every member of a set, ordered by code point; empty if there is no such set.</summary>
    Task<IReadOnlyList<string>> GetSetAsync(StateKey set, CancellationToken ct);

    /// <summary>Whether the set has the member.</summary>
    Task<bool> IsInSetAsync(StateKey set, string member, CancellationToken ct);

    /// <summary>Members of a sorted set in order.</summary>
    Task<IReadOnlyList<ScoredMember>> RangeAsync(StateKey sorted, SortedRange range, CancellationToken ct);

    /// <summary>How many members a sorted set has.</summary>
    Task<long> CountSortedAsync(StateKey sorted, CancellationToken ct);

    /// <summary>A counter's value; 0 if it was never incremented.</summary>
    Task<long> GetCounterAsync(StateKey counter, CancellationToken ct);
}
