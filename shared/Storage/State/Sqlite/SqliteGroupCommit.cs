using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Pipeline.Storage;

/// <summary>
/// The one writer. Transactions that wait while an fsync runs are committed together by the next one, so that many small
/// commits a second cost few fsyncs; each has its own outcome.
/// </summary>
internal sealed class SqliteGroupCommit : IAsyncDisposable
{
    /// <summary>Transactions in one fsync at most; it bounds how long the first of them waits for the last.</summary>
    private const int MaxGroup = 512;

    private readonly Channel<Pending> _queue = Channel.CreateBounded<Pending>(
        new BoundedChannelOptions(4 * MaxGroup) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly SqliteConnection _connection;
    private readonly SqliteTransactionApplier _applier;
    private readonly Task _loop;

    public SqliteGroupCommit(SqliteConnection connection)
    {
        _connection = connection;
        _applier = new SqliteTransactionApplier(connection);
        _loop = Task.Run(RunAsync);
    }

    public async Task<bool> CommitAsync(StateTransaction transaction, CancellationToken ct)
    {
        var pending = new Pending(transaction, ct);
        try
        {
            await _queue.Writer.WriteAsync(pending, ct);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(SqliteStateStore));
        }

        return await pending.Outcome.Task;
    }

    public async ValueTask DisposeAsync()
    {
        // What was accepted before is committed.
        _queue.Writer.TryComplete();
        await _loop;
        _applier.Dispose();
        await _connection.DisposeAsync();
    }

    private async Task RunAsync()
    {
        var group = new List<Pending>(MaxGroup);
        while (await _queue.Reader.WaitToReadAsync())
        {
            group.Clear();
            while (group.Count < MaxGroup && _queue.Reader.TryRead(out var pending))
            {
                // From here on a cancellation comes too late: the caller is told what really happened.
                if (pending.Ct.IsCancellationRequested)
                {
                    pending.Outcome.TrySetCanceled(pending.Ct);
                }
                else
                {
                    group.Add(pending);
                }
            }

            Commit(group);
        }
    }

    private void Commit(List<Pending> group)
    {
        if (group.Count == 0)
        {
            return;
        }

        var outcomes = new bool[group.Count];
        try
        {
            _applier.Begin();
            for (var i = 0; i < group.Count; i++)
            {
                outcomes[i] = _applier.TryApply(group[i].Transaction);
            }

            _applier.Commit();
        }
#pragma warning disable CA1031 // Whatever went wrong belongs to the callers, who wait for it; the writer itself goes on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(group, e);
            return;
        }

        for (var i = 0; i < group.Count; i++)
        {
            if (outcomes[i])
            {
                group[i].Transaction.MarkCommitted();
            }

            group[i].Outcome.TrySetResult(outcomes[i]);
        }
    }

    private void Fail(List<Pending> group, Exception error)
    {
        try
        {
            _applier.Rollback();
        }
        catch (SqliteException e)
        {
            error = new AggregateException(error, e);
        }

        var unavailable = error is SqliteException sqlite && SqliteErrors.IsUnavailable(sqlite)
            ? SqliteErrors.ToUnavailable(sqlite)
            : null;
        if (unavailable is null && group.Count > 1)
        {
            // One of them is to blame; alone, only that one fails.
            foreach (var pending in group)
            {
                Commit([pending]);
            }

            return;
        }

        foreach (var pending in group)
        {
            pending.Outcome.TrySetException(unavailable ?? error);
        }
    }

    private sealed record Pending(StateTransaction Transaction, CancellationToken Ct)
    {
        public TaskCompletionSource<bool> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
