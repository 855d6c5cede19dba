using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace Pipeline.Messaging.Failures;

/// <summary>Takes failed messages from RabbitMQ's queues, one connection at a time for as long as there are any.</summary>
internal sealed class RabbitMqFailedMessages(IOptions<MessagingOptions> options, IQueueLengths lengths, Redrive redrive, TimeProvider time) : IFailedMessages
{
    public async Task<int> TakeAsync(IReadOnlyCollection<string> endpoints, Func<FailedMessage, CancellationToken, Task> keep, CancellationToken ct)
    {
        IConnection? connection = null;
        try
        {
            var taken = 0;
            foreach (var (endpoint, quarantined) in endpoints.SelectMany(endpoint => ((string, bool)[])[(endpoint, false), (endpoint, true)]))
            {
                var queue = quarantined ? QueueNames.Quarantine(endpoint) : QueueNames.Error(endpoint);
                if (await lengths.CountAsync(queue, ct) is null or 0)
                {
                    continue;
                }

                connection ??= await BrokerAddress.From(options.Value).ConnectAsync(options.Value.BrokerTimeout, ct);
                await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
                while (await channel.BasicGetAsync(queue, autoAck: false, ct) is { } got)
                {
                    var body = got.Body.ToArray();
                    await keep(FailedMessageFactory.Create(endpoint, quarantined, body, got.BasicProperties.ContentType, HeadersOf(got.BasicProperties), time.GetUtcNow()), ct);
                    await channel.BasicAckAsync(got.DeliveryTag, multiple: false, ct);
                    taken++;
                }
            }

            return taken;
        }
        finally
        {
            if (connection is not null)
            {
                await connection.DisposeAsync();
            }
        }
    }

    public Task RedriveAsync(FailedMessage message, CancellationToken ct) => redrive.SendAsync(message, ct);

    private static Dictionary<string, string> HeadersOf(IReadOnlyBasicProperties properties)
    {
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in properties.Headers ?? new Dictionary<string, object?>())
        {
            if (FailedMessageFactory.Text(value) is { } text)
            {
                headers[name] = text;
            }
        }

        // Whoever published it may have named the upload by the message's id, and a copy gets another one.
        if (properties.MessageId is { Length: > 0 } id)
        {
            headers.TryAdd(UploadIdentity.Header, UploadIdentity.OfMessageId(id).ToString("D"));
        }

        return headers;
    }
}
