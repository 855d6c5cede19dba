using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Storage;

/// <summary>A record's value, read from JSON, with its version.</summary>
/// <typeparam name="T">The record's type.</typeparam>
/// <param name="Value">The value.</param>
/// <param name="Version">What <see cref="StateTransaction.Expect"/> takes.</param>
public sealed record Versioned<T>(T Value, long Version);

/// <summary>Records as JSON, and the loop around compare-and-set.</summary>
public static class StateJson
{
    private const int MaxAttempts = 64;
    private const double LongestPauseMs = 50;

    /// <summary>
    /// How records are written: camel case, enums by name so that they may be reordered, nulls left out, infinities and NaN
    /// by name.
    /// </summary>
    public static JsonSerializerOptions Options { get; } = CreateOptions();

    /// <summary>A record's value, or null if there is none.</summary>
    /// <exception cref="JsonException">The stored bytes are no JSON of this type.</exception>
    public static async Task<T?> GetAsync<T>(this IStateStore store, StateKey key, CancellationToken ct)
        where T : class => (await store.GetVersionedAsync<T>(key, ct))?.Value;

    /// <summary>A record's value and version, or null if there is none.</summary>
    /// <exception cref="JsonException">The stored bytes are no JSON of this type.</exception>
    public static async Task<Versioned<T>?> GetVersionedAsync<T>(this IStateStore store, StateKey key, CancellationToken ct)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(store);
        var stored = await store.GetAsync(key, ct);
        return stored is null ? null : new Versioned<T>(Read<T>(key, stored), stored.Version);
    }

    /// <summary>Stores a record as JSON.</summary>
    public static StateTransaction Put<T>(this StateTransaction transaction, StateKey key, T value)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(transaction);
        return transaction.Put(key, JsonSerializer.SerializeToUtf8Bytes(value, Options).AsMemory());
    }

    /// <summary>
    /// Reads a record, lets the function decide, and commits if nobody changed it meanwhile; otherwise again. The function
    /// may run several times and must have no effect of its own.
    /// </summary>
    /// <returns>The record as it is now: the new value, the kept one, or null when absent.</returns>
    /// <exception cref="StateConflictException">64 attempts lost to other writers.</exception>
    public static async Task<T?> UpdateAsync<T>(this IStateStore store, StateKey key, Func<T?, Change<T>> decide, CancellationToken ct)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(decide);
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var before = await store.GetVersionedAsync<T>(key, ct);
            var change = decide(before?.Value);
            if (change.Kind == ChangeKind.Keep)
            {
                return before?.Value;
            }

            if (await TryCommitAsync(store, new StateTransaction().Expect(key, before?.Version ?? 0), key, change, ct))
            {
                return change.Value;
            }

            await PauseAsync(attempt, ct);
        }

        throw Conflict(key);
    }

    /// <summary>
    /// Like the other, but decides by a second record as well, the witness, and commits only if that is unchanged, too.
    /// </summary>
    /// <typeparam name="T">Type of the record that is changed.</typeparam>
    /// <typeparam name="TWitness">Type of the witness.</typeparam>
    /// <param name="store">The store.</param>
    /// <param name="key">The record that is changed.</param>
    /// <param name="witness">The record that must stay as it was seen.</param>
    /// <param name="decide">Gets both, null where absent; may run several times and must have no effect of its own.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>The record as it is now: the new value, the kept one, or null when absent.</returns>
    /// <exception cref="StateConflictException">64 attempts lost to other writers.</exception>
    public static Task<T?> UpdateAsync<T, TWitness>(
        this IStateStore store, StateKey key, StateKey witness, Func<T?, TWitness?, Change<T>> decide, CancellationToken ct)
        where T : class
        where TWitness : class
    {
        ArgumentNullException.ThrowIfNull(decide);
        return store.UpdateAsync<T, TWitness>(key, witness, (before, other) => Task.FromResult(decide(before, other)), ct);
    }

    /// <summary>Like the other, for a decision that reads more; what it reads is not guarded unless it adds a condition of its own.</summary>
    /// <typeparam name="T">Type of the record that is changed.</typeparam>
    /// <typeparam name="TWitness">Type of the witness.</typeparam>
    /// <param name="store">The store.</param>
    /// <param name="key">The record that is changed.</param>
    /// <param name="witness">The record that must stay as it was seen.</param>
    /// <param name="decide">Gets both, null where absent; may run several times and must have no effect of its own.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>The record as it is now: the new value, the kept one, or null when absent.</returns>
    /// <exception cref="StateConflictException">64 attempts lost to other writers.</exception>
    public static async Task<T?> UpdateAsync<T, TWitness>(
        this IStateStore store, StateKey key, StateKey witness, Func<T?, TWitness?, Task<Change<T>>> decide, CancellationToken ct)
        where T : class
        where TWitness : class
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(decide);
        StateKey[] keys = [key, witness];
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var stored = await store.GetManyAsync(keys, ct);
            var before = stored[0] is { } record ? Read<T>(key, record) : null;
            var change = await decide(before, stored[1] is { } other ? Read<TWitness>(witness, other) : null);
            if (change.Kind == ChangeKind.Keep)
            {
                return before;
            }

            var expected = new StateTransaction().Expect(key, stored[0]?.Version ?? 0).Expect(witness, stored[1]?.Version ?? 0);
            if (await TryCommitAsync(store, expected, key, change, ct))
            {
                return change.Value;
            }

            await PauseAsync(attempt, ct);
        }

        throw Conflict(key);
    }

    private static Task<bool> TryCommitAsync<T>(IStateStore store, StateTransaction expected, StateKey key, Change<T> change, CancellationToken ct)
        where T : class
    {
        var transaction = change.Kind == ChangeKind.Put ? expected.Put(key, change.Value!) : expected.Delete(key);
        change.Also?.Invoke(transaction);
        return store.TryCommitAsync(transaction, ct);
    }

    /// <summary>Every record of a table whose id starts with the prefix (empty: all), ordered by id, read page by page.</summary>
    public static async IAsyncEnumerable<StateEntry> ScanAllAsync(
        this IStateStore store, string table, string idPrefix = "", [EnumeratorCancellation] CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(idPrefix);

        // Nothing but the prefix itself lies between it and the ids that start with it.
        if (idPrefix.Length > 0 && await store.GetAsync(new StateKey(table, idPrefix), ct) is { } exact)
        {
            yield return new StateEntry(idPrefix, exact);
        }

        var after = idPrefix.Length == 0 ? null : idPrefix;
        do
        {
            var page = await store.ScanAsync(table, after, limit: 500, ct);
            foreach (var entry in page.Records)
            {
                if (!entry.Id.StartsWith(idPrefix, StringComparison.Ordinal))
                {
                    yield break;
                }

                yield return entry;
            }

            after = page.Next;
        }
        while (after is not null);
    }

    /// <summary>Reads a record's value from JSON.</summary>
    /// <exception cref="JsonException">The stored bytes are no JSON of this type.</exception>
    public static T Read<T>(StateKey key, StateRecord record)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(record);
        return JsonSerializer.Deserialize<T>(record.Value.Span, Options)
            ?? throw new JsonException($"The record {key.Table}/{key.Id} is null.");
    }

    /// <summary>Jitter: writers that collided once must not collide in step for ever.</summary>
    private static Task PauseAsync(int attempt, CancellationToken ct) =>
        Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * Math.Min(LongestPauseMs, attempt * 2)), ct);

    private static StateConflictException Conflict(StateKey key) =>
        new($"The record {key.Table}/{key.Id} was changed by others {MaxAttempts} times in a row.");

    private static JsonSerializerOptions CreateOptions()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
            Converters = { new JsonStringEnumConverter() },
        };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
