using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Pipeline.Storage;

/// <summary>
/// The one place that knows StackExchange.Redis. The multiplexer connects, and connects again, in the background; one that gives
/// no answer at all for a while, which this version can be stuck in for ever, is given up for a new one.
/// </summary>
internal sealed partial class StackExchangeConnection : IRedisConnection
{
    private static readonly TimeSpan LongestConnect = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(5);
    // Other calls wait behind one that waits for replicas.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RolesAskedAgain = TimeSpan.FromSeconds(1);

    private readonly ConfigurationOptions _configuration;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _connecting = new(1);
    private ConnectionMultiplexer? _multiplexer;
    // When the first call was made since the last answer; 0: every answer that was asked for has come.
    private long _askedAt;
    // Counts what may have come between two commands sent one after the other: another connection, or another primary.
    private int _changes;
    private long _rolesAskedAt;
    private volatile bool _disposed;

    public StackExchangeConnection(string connectionString, ILogger logger)
    {
        _logger = logger;
        _configuration = ConfigurationOptions.Parse(connectionString);
        // A server that is down at our start is waited for like one that goes down later.
        _configuration.AbortOnConnectFail = false;
        _configuration.ConnectTimeout = 2000;
        _configuration.ConnectRetry = 1;
        _configuration.KeepAlive = 10;
        _configuration.ReconnectRetryPolicy = new LinearRetry(500);
        // Of several servers it is looked so often which of them is the primary.
        _configuration.ConfigCheckSeconds = 5;
    }

    public async Task<long> NumberAsync(string command, object[] arguments, TimeSpan timeout, CancellationToken ct) =>
        (long)await ExecuteAsync(command, arguments, timeout, ct);

    public async Task<long> ReplicatedNumberAsync(string command, object[] arguments, int replicas, TimeSpan timeout, CancellationToken ct)
    {
        var before = Volatile.Read(ref _changes);
        // A server speaks of the writes of the connection that asks: both go over one, or there was a change.
        object[] wait = [RedisScripts.Number(replicas), RedisScripts.Number((long)LongestWait.TotalMilliseconds)];
        var answers = await SendAsync(database => Task.WhenAll(database.ExecuteAsync(command, arguments), database.ExecuteAsync("WAIT", wait)), timeout, ct);
        var copies = (long)answers[1];
        return copies < replicas
            ? throw new RedisUnreachableException($"{copies} of {replicas} replicas have the write.")
            : before != Volatile.Read(ref _changes)
                ? throw new RedisUnreachableException("The connection changed before the replicas had the write.")
                : (long)answers[0];
    }

    public async Task<byte[]?> BytesAsync(string command, object[] arguments, TimeSpan timeout, CancellationToken ct) =>
        (byte[]?)await ExecuteAsync(command, arguments, timeout, ct);

    public async Task<byte[]?[]> ArrayAsync(string command, object[] arguments, TimeSpan timeout, CancellationToken ct) =>
        (byte[]?[])await ExecuteAsync(command, arguments, timeout, ct);

    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        if (Interlocked.Exchange(ref _multiplexer, null) is { } multiplexer)
        {
            await multiplexer.CloseAsync();
            multiplexer.Dispose();
        }
    }

    private Task<RedisResult> ExecuteAsync(string command, object[] arguments, TimeSpan timeout, CancellationToken ct) =>
        SendAsync(database => database.ExecuteAsync(command, arguments), timeout, ct);

    private async Task<T> SendAsync<T>(Func<IDatabase, Task<T>> send, TimeSpan timeout, CancellationToken ct)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(RedisStateStore));
        Interlocked.CompareExchange(ref _askedAt, Stopwatch.GetTimestamp(), 0);
        var multiplexer = _multiplexer;
        try
        {
            // This client has no time-out for asynchronous calls of its own.
            multiplexer ??= await ConnectAsync(ct).WaitAsync(timeout, ct);
            var pending = send(multiplexer.GetDatabase());
            Observe(pending);
            var answer = await pending.WaitAsync(timeout, ct);
            Volatile.Write(ref _askedAt, 0);
            return answer;
        }
        catch (RedisServerException e)
        {
            Volatile.Write(ref _askedAt, 0);
            var error = new RedisErrorException(e.Message, e);
            if (error.IsOfReplica)
            {
                AskForRoles(multiplexer);
            }

            throw error;
        }
        catch (Exception e) when (e is RedisConnectionException or TimeoutException || IsOfGivenUp(e, ct))
        {
            AskForRoles(multiplexer);
            GiveUpIfSilent(multiplexer);
            throw new RedisUnreachableException(e.Message, e);
        }
    }

    private async Task<ConnectionMultiplexer> ConnectAsync(CancellationToken ct)
    {
        await _connecting.WaitAsync(ct);
        try
        {
            return _multiplexer ??= await ConnectAnewAsync();
        }
        finally
        {
            _connecting.Release();
        }
    }

    private async Task<ConnectionMultiplexer> ConnectAnewAsync()
    {
        var connecting = ConnectionMultiplexer.ConnectAsync(_configuration);
        try
        {
            var multiplexer = await connecting.WaitAsync(LongestConnect);
            // Answers complete on the thread pool, in any order: in order, one slow continuation holds up all others.
            multiplexer.PreserveAsyncOrder = false;
            multiplexer.ConnectionFailed += (_, e) =>
            {
                Interlocked.Increment(ref _changes);
                LogLost(_logger, e.EndPoint, e.FailureType, e.Exception);
            };
            multiplexer.ConfigurationChanged += (_, _) => Interlocked.Increment(ref _changes);
            multiplexer.ConnectionRestored += (_, e) => LogRestored(_logger, e.EndPoint);
            return multiplexer;
        }
        catch (TimeoutException)
        {
            LogStuck(_logger, LongestConnect);
            _ = connecting.ContinueWith(
                c => c.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            Observe(connecting);
            throw;
        }
    }

    private void GiveUpIfSilent(ConnectionMultiplexer? multiplexer)
    {
        var askedAt = Volatile.Read(ref _askedAt);
        if (multiplexer is null || askedAt == 0 || Stopwatch.GetElapsedTime(askedAt) < LongestSilence
            || Interlocked.CompareExchange(ref _multiplexer, null, multiplexer) != multiplexer)
        {
            return;
        }

        // The next one is measured from its own first call.
        Volatile.Write(ref _askedAt, 0);
        Interlocked.Increment(ref _changes);
        LogSilent(_logger, LongestSilence);
        // One that is stuck may not end either: nobody waits for that.
        Observe(Task.Run(multiplexer.Dispose));
    }

    // The primary that this client knows may be none any more: it looks now, rather than at its next regular look.
    private void AskForRoles(ConnectionMultiplexer? multiplexer)
    {
        var asked = Volatile.Read(ref _rolesAskedAt);
        if (multiplexer is null || _configuration.EndPoints.Count < 2 || (asked != 0 && Stopwatch.GetElapsedTime(asked) < RolesAskedAgain)
            || Interlocked.CompareExchange(ref _rolesAskedAt, Stopwatch.GetTimestamp(), asked) != asked)
        {
            return;
        }

        Observe(Task.Run(() => multiplexer.ConfigureAsync()));
    }

    // Calls that were on their way on a multiplexer when another call gave it up.
    private bool IsOfGivenUp(Exception e, CancellationToken ct) =>
        !_disposed && (e is ObjectDisposedException || (e is OperationCanceledException && !ct.IsCancellationRequested));

    // What nobody waits for any more must not surface as an unobserved exception.
    private static void Observe(Task task) => _ = task.ContinueWith(
        static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "Redis at {EndPoint} is lost ({Failure})")]
    private static partial void LogLost(ILogger logger, EndPoint? endPoint, ConnectionFailureType failure, Exception? cause);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "Redis at {EndPoint} is back")]
    private static partial void LogRestored(ILogger logger, EndPoint? endPoint);

    [LoggerMessage(EventId = 3, Level = LogLevel.Warning, Message = "Redis gave no answer for {Longest}: connecting anew")]
    private static partial void LogSilent(ILogger logger, TimeSpan longest);

    [LoggerMessage(EventId = 4, Level = LogLevel.Warning, Message = "Connecting to Redis did not end within {Longest}: trying anew")]
    private static partial void LogStuck(ILogger logger, TimeSpan longest);
}
