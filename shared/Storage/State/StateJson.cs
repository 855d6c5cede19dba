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

            var transaction = new StateTransaction().Expect(key, before?.Version ?? 0);
            _ = change.Kind == ChangeKind.Put ? transaction.Put(key, change.Value!) : transaction.Delete(key);
            change.Also?.Invoke(transaction);
            if (await store.TryCommitAsync(transaction, ct))
            {
                return change.Value;
            }

            // Jitter: writers that collided once must not collide in step for ever.
            var pause = Random.Shared.NextDouble() * Math.Min(LongestPauseMs, attempt * 2);
            await Task.Delay(TimeSpan.FromMilliseconds(pause), ct);
        }

        throw new StateConflictException($"The record {key.Table}/{key.Id} was changed by others {MaxAttempts} times in a row.");
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
