using Pipeline.Storage;

namespace Pipeline.Catalog;

/// <summary>The read–change–commit loop that every change of a record goes through.</summary>
internal static class CompareAndSet
{
    private const int MaxAttempts = 64;

    /// <summary>
    /// Reads the record, lets <paramref name="change"/> decide, and commits if nobody else did meanwhile; else starts over.
    /// </summary>
    /// <param name="store">The state store.</param>
    /// <param name="key">The record.</param>
    /// <param name="change">Gets the record or null, answers its new value, or null to leave it. Called again on contention, so it must be pure.</param>
    /// <param name="alsoChange">What else belongs into the same transaction, given the record before and after.</param>
    /// <param name="ct">Cancels the wait.</param>
    /// <returns>The record as it now stands.</returns>
    /// <exception cref="StateContentionException">Others kept winning.</exception>
    public static async Task<T?> ChangeAsync<T>(
        IStateStore store,
        StateKey key,
        Func<T?, T?> change,
        Action<StateTransaction, T?, T>? alsoChange,
        CancellationToken ct)
        where T : class
    {
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var stored = await store.GetAsync(key, ct);
            var before = stored is null ? null : CatalogJson.Read<T>(stored.Value);
            var after = change(before);
            if (after is null || ReferenceEquals(after, before))
            {
                return before;
            }

            var transaction = new StateTransaction()
                .Expect(key, stored?.Version ?? 0)
                .Put(key, CatalogJson.Write(after));
            alsoChange?.Invoke(transaction, before, after);
            if (await store.TryCommitAsync(transaction, ct))
            {
                return after;
            }

            // Jitter: writers that collided once should not collide in step for ever.
            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * Math.Min(attempt * 2, 50)), ct);
        }

        throw new StateContentionException($"The record {key.Table}/{key.Id} was changed by others {MaxAttempts} times in a row.");
    }

    /// <summary>Reads a record, or null.</summary>
    public static async Task<T?> ReadAsync<T>(IStateStore store, StateKey key, CancellationToken ct)
        where T : class
    {
        var stored = await store.GetAsync(key, ct);
        return stored is null ? null : CatalogJson.Read<T>(stored.Value);
    }
}
