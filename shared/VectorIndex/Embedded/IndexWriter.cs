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
    private readonly CollectionNames _collections;
    private readonly Channel<WriteRequest> _queue;
    private readonly int _maxCommitPoints;
    private readonly ILogger _logger;
    private readonly Task _loop;

    public IndexWriter(
        IndexDatabase database, CollectionNames collections, VectorIndexOptions options, ILogger logger)
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
                    case [SetAliasRequest alias]:
                        Guarded(batch, () => SetAlias(alias));
                        break;
                    case [RemoveAliasRequest alias]:
                        Guarded(batch, () => RemoveAlias(alias));
                        break;
                    case [LoadGraphRequest load]:
                        Guarded(batch, () => LoadGraph(load));
                        break;
                    case [WriteGraphRequest, ..]:
                        WriteGraphs(batch);
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

    /// <summary>Takes what may share a transaction, such as many changes of points; a change of collections goes alone.</summary>
    private void TakeBatch(List<WriteRequest> batch)
    {
        batch.Clear();
        var weight = 0;
        while (_queue.Reader.TryPeek(out var request)
            && (batch.Count == 0 || (batch[0].CanShareWith(request) && weight + request.Weight <= _maxCommitPoints)))
        {
            _queue.Reader.TryRead(out _);
            if (request.IsAbandoned())
            {
                continue;
            }

            batch.Add(request);
            weight += request.Weight;
        }
    }

    private void Change(List<WriteRequest> batch)
    {
        var changes = batch.Cast<ChangeRequest>().Where(request => IsCurrent(request.Collection, request)).ToList();
        var groups = changes.GroupBy(change => change.Collection).ToList();
        foreach (var group in groups)
        {
            var points = new StagedPoints(group.Key, group.Key.HasGraphs || group.Any(change => change.LooksAtPoints));
            foreach (var change in group)
            {
                change.Resolve(points);
            }
        }

        if (changes.Count == 0 || !Guarded(changes, () => InTransaction(() => changes.ForEach(change => change.WriteTo(_database)))))
        {
            return;
        }

        foreach (var group in groups)
        {
            group.Key.Apply([.. group.SelectMany(change => change.Changes)]);
        }

        changes.ForEach(change => change.Succeed(false));
    }

    private void WriteGraphs(List<WriteRequest> batch)
    {
        var writes = batch.Cast<WriteGraphRequest>().Where(request => IsCurrent(request.Collection, request)).ToList();
        if (writes.Count > 0 && Guarded(writes, () => InTransaction(() => writes.ForEach(write => write.WriteTo(_database)))))
        {
            writes.ForEach(write => write.Succeed(false));
        }
    }

    private void LoadGraph(LoadGraphRequest request)
    {
        if (IsCurrent(request.Collection, request))
        {
            var key = _database.EnsureGraph(request.Collection.Key, request.Ordinal, request.K);
            request.Lists.AddRange(_database.ReadLists(key));
            request.View = request.Collection.StartLog(request.Ordinal, key);
            request.Succeed(false);
        }
    }

    /// <summary>False, and the request has failed, if its collection was dropped, or dropped and created anew, after it was made.</summary>
    private bool IsCurrent(MemoryCollection collection, WriteRequest request)
    {
        if (_collections.FindCollection(collection.Name) == collection)
        {
            return true;
        }

        request.Fail(new CollectionNotFoundException(collection.Name));
        return false;
    }

    private void InTransaction(Action write)
    {
        _database.Begin();
        write();
        _database.Commit();
    }

    private void Ensure(EnsureRequest request)
    {
        if (_collections.Find(request.Name) is { } existing)
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
        _collections.Add(new MemoryCollection(key, request.Name, request.Schema));
        request.Succeed(true);
    }

    private void Drop(DropRequest request)
    {
        var collection = _collections.FindCollection(request.Name);
        if (collection is not null)
        {
            _database.DeleteCollection(collection.Key);
            _collections.Remove(request.Name);
        }

        request.Succeed(collection is not null);
    }

    private void SetAlias(SetAliasRequest request)
    {
        if (_collections.FindCollection(request.Alias) is not null)
        {
            request.Fail(new ArgumentException($"'{request.Alias}' is the name of a collection; it cannot be an alias."));
        }
        else if (_collections.FindCollection(request.Collection) is { } collection)
        {
            _database.SetAlias(request.Alias, collection.Key);
            _collections.SetAlias(request.Alias, request.Collection);
            request.Succeed(true);
        }
        else
        {
            request.Fail(new CollectionNotFoundException(request.Collection));
        }
    }

    private void RemoveAlias(RemoveAliasRequest request)
    {
        _database.DeleteAlias(request.Alias);
        request.Succeed(_collections.RemoveAlias(request.Alias));
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
