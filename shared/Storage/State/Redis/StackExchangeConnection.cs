using System.Net;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Pipeline.Storage;

/// <summary>The one place that knows StackExchange.Redis; the multiplexer connects, and connects again, in the background.</summary>
internal sealed partial class StackExchangeConnection : IRedisConnection
{
    private readonly ConfigurationOptions _configuration;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _connecting = new(1);
    private ConnectionMultiplexer? _multiplexer;
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
    }

    public async Task<long> NumberAsync(string command, object[] arguments, TimeSpan timeout, CancellationToken ct) =>
        (long)await ExecuteAsync(command, arguments, timeout, ct);

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

    private async Task<RedisResult> ExecuteAsync(string command, object[] arguments, TimeSpan timeout, CancellationToken ct)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(RedisStateStore));
        try
        {
            // This client has no time-out for asynchronous calls of its own.
            var multiplexer = _multiplexer ?? await ConnectAsync(ct).WaitAsync(timeout, ct);
            var answer = multiplexer.GetDatabase().ExecuteAsync(command, arguments);
            Observe(answer);
            return await answer.WaitAsync(timeout, ct);
        }
        catch (RedisServerException e)
        {
            throw new RedisErrorException(e.Message, e);
        }
        catch (Exception e) when (e is RedisConnectionException or TimeoutException)
        {
            throw new RedisUnreachableException(e.Message, e);
        }
    }

    private async Task<ConnectionMultiplexer> ConnectAsync(CancellationToken ct)
    {
        await _connecting.WaitAsync(ct);
        try
        {
            if (_multiplexer is null)
            {
                var multiplexer = await ConnectionMultiplexer.ConnectAsync(_configuration);
                // Answers complete on the thread pool, in any order: in order, one slow continuation holds up all others.
                multiplexer.PreserveAsyncOrder = false;
                multiplexer.ConnectionFailed += (_, e) => LogLost(_logger, e.EndPoint, e.FailureType, e.Exception);
                multiplexer.ConnectionRestored += (_, e) => LogRestored(_logger, e.EndPoint);
                _multiplexer = multiplexer;
            }

            return _multiplexer;
        }
        finally
        {
            _connecting.Release();
        }
    }

    // An answer that nobody waits for any more must not surface as an unobserved exception.
    private static void Observe(Task answer) => _ = answer.ContinueWith(
        static a => _ = a.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "Redis at {EndPoint} is lost ({Failure})")]
    private static partial void LogLost(ILogger logger, EndPoint? endPoint, ConnectionFailureType failure, Exception? cause);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "Redis at {EndPoint} is back")]
    private static partial void LogRestored(ILogger logger, EndPoint? endPoint);
}
