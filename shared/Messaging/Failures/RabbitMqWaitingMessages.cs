using System.Globalization;
using Microsoft.Extensions.Options;
using Pipeline.Messaging.Policy;
using RabbitMQ.Client;

namespace Pipeline.Messaging.Failures;

/// <summary>
/// Looks at retry queues: messages are fetched without being acknowledged, and all are given back at once. They keep their time to live
/// meanwhile, and one of which the time comes goes on as it is given back. A looker that dies gives back what it held with its connection.
/// </summary>
internal sealed class RabbitMqWaitingMessages(IOptions<MessagingOptions> options, IQueueLengths lengths, TimeProvider time) : IWaitingMessages, IDisposable
{
    // A replicated queue takes messages back a disk's write after it was told to; those of which the time came meanwhile never come back.
    private static readonly TimeSpan GivingBack = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(5);

    // What one looker holds, another one would not see.
    private readonly SemaphoreSlim _turn = new(1);

    public bool IsKnown => true;

    public async Task<WaitingMessages> PeekAsync(string endpoint, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            return await LookAsync(endpoint, ct);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<WaitingMessages> LookAsync(string endpoint, CancellationToken ct)
    {
        var queue = QueueNames.Retry(endpoint);
        var total = await lengths.CountAsync(queue, ct) ?? 0;
        if (total is 0 or > IWaitingMessages.Most)
        {
            return new WaitingMessages(total, []);
        }

        await using var connection = await BrokerAddress.From(options.Value).ConnectAsync(options.Value.BrokerTimeout, ct);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        var messages = new List<WaitingMessage>((int)total);
        ulong last = 0;
        try
        {
            while (messages.Count < IWaitingMessages.Most && await channel.BasicGetAsync(queue, autoAck: false, ct) is { } got)
            {
                last = got.DeliveryTag;
                messages.Add(Read(got));
            }
        }
        finally
        {
            if (last > 0)
            {
                await channel.BasicNackAsync(last, multiple: true, requeue: true, CancellationToken.None);
            }
        }

        await GivenBackAsync(channel, queue, messages.Count, ct);
        return new WaitingMessages(total, [.. messages.OrderBy(message => message.DueAt ?? DateTimeOffset.MaxValue)]);
    }

    // Whoever looks or counts next finds them there.
    private async Task GivenBackAsync(IChannel channel, string queue, int count, CancellationToken ct)
    {
        var since = time.GetTimestamp();
        while (await channel.MessageCountAsync(queue, ct) < count && time.GetElapsedTime(since) < GivingBack)
        {
            await Task.Delay(AskAgain, time, ct);
        }
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
