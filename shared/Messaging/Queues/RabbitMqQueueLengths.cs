using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Pipeline.Messaging.Queues;

/// <summary>
/// Asks RabbitMQ by passive declarations, which every account may make that may read the queue, over a connection of its own. The
/// in-memory transport does not tell.
/// </summary>
internal sealed class RabbitMqQueueLengths(IOptions<MessagingOptions> options, TimeProvider time) : IQueueLengths, IAsyncDisposable
{
    // Asking for a queue that is not there costs a channel.
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(10);
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Dictionary<string, long> _missing = new(StringComparer.Ordinal);
    private IConnection? _connection;
    private IChannel? _channel;

    /// <inheritdoc/>
    public bool IsKnown => options.Value.Transport == MessagingTransport.RabbitMq;

    /// <inheritdoc/>
    public async Task<long?> CountAsync(string queue, CancellationToken ct)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        if (!IsKnown)
        {
            throw new NotSupportedException("The in-memory transport does not tell the lengths of its queues.");
        }

        await _turn.WaitAsync(ct);
        try
        {
            if (_missing.TryGetValue(queue, out var since) && time.GetElapsedTime(since) < AskAgain)
            {
                return null;
            }

            var channel = await ChannelAsync(ct);
            try
            {
                var declared = await channel.QueueDeclarePassiveAsync(queue, ct);
                _missing.Remove(queue);
                return declared.MessageCount;
            }
            catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.NotFound)
            {
                _missing[queue] = time.GetTimestamp();
                return null;
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_channel is not null)
        {
            await _channel.DisposeAsync();
        }

        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }

        _turn.Dispose();
    }

    private async Task<IChannel> ChannelAsync(CancellationToken ct)
    {
        if (_connection is not { IsOpen: true })
        {
            if (_connection is { } dead)
            {
                (_connection, _channel) = (null, null);
                await dead.DisposeAsync();
            }

            _connection = await BrokerAddress.From(options.Value).ConnectAsync(options.Value.BrokerTimeout, ct);
        }

        if (_channel is not { IsOpen: true })
        {
            if (_channel is { } dead)
            {
                _channel = null;
                await dead.DisposeAsync();
            }

            _channel = await _connection.CreateChannelAsync(cancellationToken: ct);
        }

        return _channel;
    }
}
