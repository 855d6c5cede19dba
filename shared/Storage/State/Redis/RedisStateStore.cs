using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Pipeline.Storage;

/// <summary>
/// State in Redis, shared by any number of processes. A commit is one Lua script, so it is atomic; it is durable when the
/// server runs with <c>appendonly yes</c> and <c>appendfsync always</c>.
/// </summary>
/// <remarks>
/// A call is repeated until its time-out while the server cannot be reached, so a quick restart is not seen by callers. A
/// commit that was sent before the connection broke may have been applied: the script leaves a marker named after the
/// transaction for two minutes, so that the repetition answers true and changes nothing. Where replicas must have it too, a
/// commit that they do not have in time is repeated, on whichever server is the primary then.
/// </remarks>
public sealed class RedisStateStore : IStateStore, IStorageProbe, IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan TransactionsRemembered = TimeSpan.FromMinutes(2);

    private readonly IRedisConnection _connection;
    private readonly RedisKeys _keys;
    private readonly TimeSpan _timeout;
    private readonly int _replicas;

    /// <summary>Prepares the store; the connection is made at the first call, and again whenever it is lost.</summary>
    /// <param name="connectionString">
    /// In the form of StackExchange.Redis: <c>host:port,password=…</c>, or several servers, <c>host:port,host:port,password=…</c>, of which
    /// one is the primary and the others follow it.
    /// </param>
    /// <param name="keyPrefix">Put before every key, so that several systems can share a server.</param>
    /// <param name="timeout">Longest duration of a call, its repetitions included; at most 30 s.</param>
    /// <param name="logger">Told when the connection is lost and restored.</param>
    /// <param name="replicas">How many replicas must have a commit before it counts; 0: the primary's word is enough.</param>
    public RedisStateStore(string connectionString, string keyPrefix, TimeSpan timeout, ILogger<RedisStateStore>? logger = null, int replicas = 0)
        : this(new StackExchangeConnection(connectionString, logger ?? NullLogger<RedisStateStore>.Instance), keyPrefix, timeout, replicas)
    {
    }

    internal RedisStateStore(IRedisConnection connection, string keyPrefix, TimeSpan timeout, int replicas = 0)
    {
        ArgumentNullException.ThrowIfNull(keyPrefix);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timeout, StateStoreOptions.MaxTimeout);
        ArgumentOutOfRangeException.ThrowIfNegative(replicas);
        _connection = connection;
        _replicas = replicas;
        _keys = new RedisKeys(keyPrefix);
        _timeout = timeout;
    }

    string IStorageProbe.Name => "state";

    /// <inheritdoc/>
    public async Task<StateRecord?> GetAsync(StateKey key, CancellationToken ct)
    {
        key.Validated();
        return Parse(await RepeatAsync(left => _connection.BytesAsync("GET", [_keys.Record(key)], left, ct), ct));
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<StateRecord?>> GetManyAsync(IReadOnlyList<StateKey> keys, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(keys);
        object[] names = [.. keys.Select(k => _keys.Record(k.Validated()))];
        return names.Length == 0
            ? []
            : [.. (await RepeatAsync(left => _connection.ArrayAsync("MGET", names, left, ct), ct)).Select(Parse)];
    }

    /// <inheritdoc/>
    public async Task<bool> TryCommitAsync(StateTransaction transaction, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        transaction.ThrowIfCommitted();
        var arguments = RedisCommitArguments.Of(transaction, _keys, TransactionsRemembered, always: _replicas > 0);
        var applied = await EvaluateAsync(RedisScripts.Commit, arguments, CommitAsync, ct) == 1;
        if (applied)
        {
            transaction.MarkCommitted();
        }

        return applied;
    }

    /// <inheritdoc/>
    public async Task<StatePage> ScanAsync(string table, string? after, int limit, CancellationToken ct)
    {
        StateStoreArguments.ValidateScan(table, limit);
        object[] range = [_keys.Table(table), after is null ? "-" : "(" + after, "+", "LIMIT", "0", RedisScripts.Number(limit)];
        var ids = Texts(await RepeatAsync(left => _connection.ArrayAsync("ZRANGEBYLEX", range, left, ct), ct));
        var records = await GetManyAsync([.. ids.Select(id => new StateKey(table, id))], ct);

        // A record deleted between the two calls is left out; the next page still begins after the last id.
        var entries = ids.Zip(records).Where(p => p.Second is not null).Select(p => new StateEntry(p.First, p.Second!)).ToList();
        return new StatePage(entries, ids.Count == limit ? ids[^1] : null);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> GetSetAsync(StateKey set, CancellationToken ct)
    {
        set.Validated();
        var members = await RepeatAsync(left => _connection.ArrayAsync("SMEMBERS", [_keys.Set(set)], left, ct), ct);
        Array.Sort(members, static (a, b) => a.AsSpan().SequenceCompareTo(b));
        return Texts(members);
    }

    /// <inheritdoc/>
    public async Task<bool> IsInSetAsync(StateKey set, string member, CancellationToken ct)
    {
        set.Validated();
        StateKey.ValidateText(member, nameof(member));
        return await RepeatAsync(left => _connection.NumberAsync("SISMEMBER", [_keys.Set(set), member], left, ct), ct) == 1;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ScoredMember>> RangeAsync(StateKey sorted, SortedRange range, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(range);
        sorted.Validated();
        range.Validated();
        List<object> arguments =
            [RedisScripts.Range.Hash, "1", _keys.Sorted(sorted), range.Descending ? "1" : "0", RedisScripts.Number(range.Limit)];
        if (range.After is { } after)
        {
            arguments.Add(RedisScripts.Number(after.Score));
            arguments.Add(after.Member);
        }

        var answer = Texts(await EvaluateAsync(RedisScripts.Range, [.. arguments], _connection.ArrayAsync, ct));
        return [.. answer.Chunk(2).Select(p => new ScoredMember(p[0], double.Parse(p[1], CultureInfo.InvariantCulture)))];
    }

    /// <inheritdoc/>
    public async Task<long> CountSortedAsync(StateKey sorted, CancellationToken ct)
    {
        sorted.Validated();
        return await RepeatAsync(left => _connection.NumberAsync("ZCARD", [_keys.Sorted(sorted)], left, ct), ct);
    }

    /// <inheritdoc/>
    public async Task<long> GetCounterAsync(StateKey counter, CancellationToken ct)
    {
        counter.Validated();
        var value = await RepeatAsync(left => _connection.BytesAsync("GET", [_keys.Counter(counter)], left, ct), ct);
        return value is null ? 0 : long.Parse(value, CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    /// <remarks>Writes, so that a server that is full or read-only is seen.</remarks>
    public async Task ProbeAsync(CancellationToken ct) =>
        await TryCommitAsync(new StateTransaction().Increment(new StateKey("storage", "probes"), 1), ct);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    /// <summary>The same, blocking; for containers that are disposed synchronously.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private Task<long> CommitAsync(string command, object[] arguments, TimeSpan timeout, CancellationToken ct) => _replicas == 0
        ? _connection.NumberAsync(command, arguments, timeout, ct)
        : _connection.ReplicatedNumberAsync(command, arguments, _replicas, timeout, ct);

    private async Task<T> EvaluateAsync<T>(
        RedisScript script, object[] arguments, Func<string, object[], TimeSpan, CancellationToken, Task<T>> call, CancellationToken ct) =>
        await RepeatAsync(
            async left =>
            {
                try
                {
                    return await call("EVALSHA", arguments, left, ct);
                }
                catch (RedisErrorException e) when (e.IsScriptMissing)
                {
                    return await call("EVAL", [script.Source, .. arguments[1..]], left, ct);
                }
            },
            ct);

    private async Task<T> RepeatAsync<T>(Func<TimeSpan, Task<T>> call, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        for (var pause = TimeSpan.FromMilliseconds(20); ; pause *= 2)
        {
            // At least a moment: a time-out of nothing would throw before anything is sent.
            var left = Max(_timeout - Stopwatch.GetElapsedTime(started), TimeSpan.FromMilliseconds(1));
            try
            {
                return await call(left);
            }
            catch (Exception e) when (e is RedisUnreachableException or RedisErrorException { IsUnavailable: true })
            {
                var jittered = pause * (0.5 + Random.Shared.NextDouble());
                if (Stopwatch.GetElapsedTime(started) + jittered >= _timeout)
                {
                    throw new StorageUnavailableException($"Redis does not serve: {e.Message}", e) { Store = StorageUnavailableException.State };
                }

                await Task.Delay(jittered, ct);
            }
        }
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static StateRecord? Parse(byte[]? stored)
    {
        if (stored is null)
        {
            return null;
        }

        if (!Utf8Parser.TryParse(stored, out long version, out var digits) || digits >= stored.Length || stored[digits] != (byte)'\n')
        {
            throw new InvalidDataException("A record in Redis does not begin with its version.");
        }

        return new StateRecord(stored.AsMemory(digits + 1), version);
    }

    private static List<string> Texts(byte[]?[] values) => [.. values.Select(v => Encoding.UTF8.GetString(v!))];
}
