using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Pipeline.VectorIndex.Embedded;

/// <summary>
/// The only writer of database and memory. While one transaction is being flushed to disk, further writes gather and share
/// the next (group commit). A write is first durable, then visible, then acknowledged.
/// </summary>
internal sealed partial class IndexWriter : IAsyncDisposable
{
    private readonly IndexDatabase _database;
    private readonly ConcurrentDictionary<string, MemoryCollection> _collections;
    private readonly Channel<WriteRequest> _queue;
    private readonly int _maxCommitPoints;
    private readonly ILogger _logger;
    private readonly Task _loop;

    public IndexWriter(
        IndexDatabase database, ConcurrentDictionary<string, MemoryCollection> collections, VectorIndexOptions options, ILogger logger)
    {
        _database = database;
        _collections = collections;
        _maxCommitPoints = options.MaxCommitPoints;
        _logger = logger;
        _queue = Channel.CreateBounded<WriteRequest>(options.WriteQueueCapacity);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Queues a write and waits until it is durable and visible.</summary>
    /// <exception cref="ObjectDisposedException">The index is closed.</exception>
    /// <exception cref="InvalidOperationException">The writer has stopped after an error it could not undo.</exception>
    public async Task<bool> WriteAsync(WriteRequest request, CancellationToken ct)
    {
        try
        {
            await _queue.Writer.WriteAsync(request, ct);
        }
        catch (ChannelClosedException e)
        {
            throw e.InnerException is null
                ? new ObjectDisposedException(nameof(EmbeddedVectorIndex))
                : new InvalidOperationException("The index takes no more writes since an earlier one failed; open it again.", e.InnerException);
        }

        return await request.Done.WaitAsync(ct);
    }

    /// <summary>Finishes what is queued, then stops.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
    }

    private async Task RunAsync()
    {
        var batch = new List<WriteRequest>();
        try
        {
            while (await _queue.Reader.WaitToReadAsync())
            {
                TakeBatch(batch);
                switch (batch)
                {
                    case [EnsureRequest ensure]:
                        Guarded(batch, () => Ensure(ensure));
                        break;
                    case [DropRequest drop]:
                        Guarded(batch, () => Drop(drop));
                        break;
                    case [_, ..]:
                        Change(batch);
                        break;
                }
            }
        }
        catch (Exception e)
        {
            // Database and memory may differ now: whoever waits is told, and nobody may write until the index is opened anew.
            LogStopped(e);
            _queue.Writer.TryComplete(e);
            batch.ForEach(request => request.Fail(e));
            while (_queue.Reader.TryRead(out var request))
            {
                request.Fail(e);
            }
        }
    }

    /// <summary>Takes what may share a transaction: many changes of points, or one change of collections.</summary>
    private void TakeBatch(List<WriteRequest> batch)
    {
        batch.Clear();
        var weight = 0;
        while (_queue.Reader.TryPeek(out var request)
            && (batch.Count == 0 || (request is ChangeRequest && weight + request.Weight <= _maxCommitPoints)))
        {
            _queue.Reader.TryRead(out _);
            if (request.IsAbandoned())
            {
                continue;
            }

            batch.Add(request);
            weight += request.Weight;
            if (request is not ChangeRequest)
            {
                return;
            }
        }
    }

    private void Change(List<WriteRequest> batch)
    {
        var changes = new List<ChangeRequest>(batch.Count);
        foreach (var request in batch.Cast<ChangeRequest>())
        {
            // Dropped, or dropped and created anew, after the request was made.
            if (_collections.TryGetValue(request.Collection.Name, out var current) && current == request.Collection)
            {
                changes.Add(request);
            }
            else
            {
                request.Fail(new CollectionNotFoundException(request.Collection.Name));
            }
        }

        if (changes.Count == 0 || !Guarded(changes, () => WriteTransaction(changes)))
        {
            return;
        }

        foreach (var group in changes.GroupBy(change => change.Collection))
        {
            group.Key.Apply([.. group.SelectMany(change => change.Changes)]);
        }

        changes.ForEach(change => change.Succeed(false));
    }

    private void WriteTransaction(List<ChangeRequest> changes)
    {
        _database.Begin();
        changes.ForEach(change => change.WriteTo(_database));
        _database.Commit();
    }

    private void Ensure(EnsureRequest request)
    {
        if (_collections.TryGetValue(request.Name, out var existing))
        {
            if (existing.Schema.HasSameSpaces(request.Schema))
            {
                request.Succeed(false);
            }
            else
            {
                request.Fail(new SchemaMismatchException(request.Name, existing.Schema, request.Schema));
            }

            return;
        }

        var key = _database.InsertCollection(request.Name, request.Schema);
        _collections[request.Name] = new MemoryCollection(key, request.Name, request.Schema);
        request.Succeed(true);
    }

    private void Drop(DropRequest request)
    {
        if (_collections.TryGetValue(request.Name, out var collection))
        {
            _database.DeleteCollection(collection.Key);
            _collections.TryRemove(request.Name, out _);
        }

        request.Succeed(collection is not null);
    }

    /// <summary>Does database work. An error there (a full disk, say) is undone and fails these requests only.</summary>
    private bool Guarded(IReadOnlyList<WriteRequest> requests, Action work)
    {
        try
        {
            work();
            return true;
        }
        catch (SqliteException e)
        {
            _database.Rollback();
            LogWriteFailed(requests.Count, e);
            foreach (var request in requests)
            {
                request.Fail(e);
            }

            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Requests} index writes failed and were undone")]
    private partial void LogWriteFailed(int requests, Exception error);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The index writer has stopped; the index must be opened anew")]
    private partial void LogStopped(Exception error);
}
