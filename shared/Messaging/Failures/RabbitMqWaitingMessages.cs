using System.Globalization;
using Microsoft.Extensions.Options;
using Pipeline.Messaging.Policy;
using RabbitMQ.Client;

namespace Pipeline.Messaging.Failures;

/// <summary>
/// Looks at retry queues: messages are fetched without being acknowledged, and all are given back at once. They keep their time to live
/// meanwhile, and one of which the time comes goes on as it is given back. A looker that dies gives back what it held with its connection.
/// </summary>
internal sealed class RabbitMqWaitingMessages(IOptions<MessagingOptions> options, IQueueLengths lengths) : IWaitingMessages
{
    public bool IsKnown => true;

    public async Task<WaitingMessages> PeekAsync(string endpoint, int skip, int take, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(skip);
        ArgumentOutOfRangeException.ThrowIfLessThan(take, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(skip + take, IWaitingMessages.Deepest);
        var queue = QueueNames.Retry(endpoint);
        if (await lengths.CountAsync(queue, ct) is not (> 0 and var total))
        {
            return new WaitingMessages(0, []);
        }

        await using var connection = await BrokerAddress.From(options.Value).ConnectAsync(options.Value.BrokerTimeout, ct);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        var messages = new List<WaitingMessage>(take);
        ulong last = 0;
        try
        {
            for (var i = 0; i < skip + take && await channel.BasicGetAsync(queue, autoAck: false, ct) is { } got; i++)
            {
                last = got.DeliveryTag;
                if (i >= skip)
                {
                    messages.Add(Read(got));
                }
            }
        }
        finally
        {
            if (last > 0)
            {
                await channel.BasicNackAsync(last, multiple: true, requeue: true, CancellationToken.None);
            }
        }

        return new WaitingMessages(total, messages);
    }

    private static WaitingMessage Read(BasicGetResult got)
    {
        var body = got.Body.Span;
        var fields = MessageFields.Read(body);
        return new WaitingMessage
        {
            MessageType = FailedMessageFactory.TypeOf(body),
            Attempt = int.TryParse(Header(got, MessageMover.RedeliveryHeader), CultureInfo.InvariantCulture, out var attempt) ? attempt : 0,
            DueAt = DateTimeOffset.TryParse(
                Header(got, WaitingHeaders.DueAt), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var due) ? due : null,
            Reason = Header(got, WaitingHeaders.Reason),
            Collection = fields.Collection,
            ImageId = fields.ImageId,
            CorrelationId = fields.CorrelationId,
        };
    }

    private static string? Header(BasicGetResult got, string name) =>
        got.BasicProperties.Headers is { } headers && headers.TryGetValue(name, out var value) ? FailedMessageFactory.Text(value) : null;
}
