using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Pipeline.Storage;

/// <summary>
/// State in one SQLite file: write-ahead log, fsync at every commit, one writer that commits groups, several readers. One
/// process owns the file.
/// </summary>
/// <remarks>
/// Reads answer synchronously: they are look-ups in the page cache, cheaper than a change of thread. Long waits for a disk
/// happen only in commits, which wait asynchronously.
/// </remarks>
public sealed class SqliteStateStore : IStateStore, IStorageProbe, IAsyncDisposable, IDisposable
{
    private const int Readers = 4;

    private readonly string _path;
    private readonly FileStream _lock;
    private readonly SqliteGroupCommit _writer;
    private readonly ConcurrentBag<SqliteReader> _readers = [];
    private readonly SemaphoreSlim _freeReaders = new(Readers);
    private int _disposed;

    /// <summary>Opens the file, and creates it and its folder if they are missing.</summary>
    /// <exception cref="InvalidOperationException">Another process, or another store of this one, has the file open.</exception>
    /// <exception cref="InvalidDataException">The file is of a later format.</exception>
    /// <exception cref="StorageUnavailableException">The file cannot be opened or created.</exception>
    public SqliteStateStore(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        _path = Path.GetFullPath(path);
        _lock = Lock(_path);
        try
        {
            var connection = SqliteSchema.Open(_path, writer: true);
            SqliteSchema.Create(connection);
            _writer = new SqliteGroupCommit(connection);
        }
        catch (SqliteException e) when (SqliteErrors.IsUnavailable(e))
        {
            _lock.Dispose();
            throw SqliteErrors.ToUnavailable(e);
        }
        catch
        {
            _lock.Dispose();
            throw;
        }
    }

    string IStorageProbe.Name => "state";

    /// <inheritdoc/>
    public Task<StateRecord?> GetAsync(StateKey key, CancellationToken ct)
    {
        key.Validated();
        return ReadAsync(r => r.Get(key), ct);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<StateRecord?>> GetManyAsync(IReadOnlyList<StateKey> keys, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(keys);
        foreach (var key in keys)
        {
            key.Validated();
        }

        return ReadAsync(r => r.GetMany(keys), ct);
    }

    /// <inheritdoc/>
    public Task<bool> TryCommitAsync(StateTransaction transaction, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        transaction.ThrowIfCommitted();
        return _writer.CommitAsync(transaction, ct);
    }

    /// <inheritdoc/>
    public Task<StatePage> ScanAsync(string table, string? after, int limit, CancellationToken ct)
    {
        StateStoreArguments.ValidateScan(table, limit);
        return ReadAsync(
            r =>
            {
                var records = r.Scan(table, after ?? "", limit);
                return new StatePage(records, records.Count == limit ? records[^1].Id : null);
            },
            ct);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> GetSetAsync(StateKey set, CancellationToken ct)
    {
        set.Validated();
        return ReadAsync(r => r.Members(set), ct);
    }

    /// <inheritdoc/>
    public Task<bool> IsInSetAsync(StateKey set, string member, CancellationToken ct)
    {
        set.Validated();
        StateKey.ValidateText(member, nameof(member));
        return ReadAsync(r => r.IsMember(set, member), ct);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ScoredMember>> RangeAsync(StateKey sorted, SortedRange range, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(range);
        sorted.Validated();
        range.Validated();
        return ReadAsync(r => r.Range(sorted, range), ct);
    }

    /// <inheritdoc/>
    public Task<long> CountSortedAsync(StateKey sorted, CancellationToken ct)
    {
        sorted.Validated();
        return ReadAsync(r => r.Count(sorted), ct);
    }

    /// <inheritdoc/>
    public Task<long> GetCounterAsync(StateKey counter, CancellationToken ct)
    {
        counter.Validated();
        return ReadAsync(r => r.Counter(counter), ct);
    }

    /// <inheritdoc/>
    /// <remarks>Commits, so that a full or read-only disk is seen.</remarks>
    public async Task ProbeAsync(CancellationToken ct) =>
        await TryCommitAsync(new StateTransaction().Increment(new StateKey("storage", "probes"), 1), ct);

    /// <summary>Commits what was accepted and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _writer.DisposeAsync();
        for (var i = 0; i < Readers; i++)
        {
            await _freeReaders.WaitAsync();
        }

        foreach (var reader in _readers)
        {
            reader.Dispose();
        }

        _freeReaders.Dispose();
        await _lock.DisposeAsync();
    }

    /// <summary>The same, blocking; for containers that are disposed synchronously.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private static FileStream Lock(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageUnavailableException($"The folder of '{path}' cannot be created: {e.Message}", e) { Store = StorageUnavailableException.State };
        }

        try
        {
            return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StorageUnavailableException($"'{path}' cannot be opened: {e.Message}", e) { Store = StorageUnavailableException.State };
        }
        catch (IOException e) when (File.Exists(path + ".lock"))
        {
            throw new InvalidOperationException($"'{path}' is in use by another process: one process owns a state file.", e);
        }
        catch (IOException e)
        {
            throw new StorageUnavailableException($"'{path}' cannot be opened: {e.Message}", e) { Store = StorageUnavailableException.State };
        }
    }

    private async Task<T> ReadAsync<T>(Func<SqliteReader, T> read, CancellationToken ct)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        await _freeReaders.WaitAsync(ct);
        SqliteReader? reader = null;
        try
        {
            if (!_readers.TryTake(out reader))
            {
                reader = new SqliteReader(_path);
            }

            return read(reader);
        }
        catch (SqliteException e) when (SqliteErrors.IsUnavailable(e))
        {
            throw SqliteErrors.ToUnavailable(e);
        }
        finally
        {
            if (reader is not null)
            {
                _readers.Add(reader);
            }

            _freeReaders.Release();
        }
    }
}
