using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Pipeline.Tests.Benchmarks.Scale;

/// <summary>Publishes and consumes by RabbitMQ.Client alone, as safely as the pipeline does: persistent, confirmed, acknowledged.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private readonly IChannel _publisher;
    private readonly IChannel _consumer;
    private readonly int _publishers;
    private readonly string _queue;
    private readonly byte[] _body;
    private readonly BasicProperties _properties;
    private readonly MessageRate.Counter _counter = new();

    private RawClient(IChannel publisher, IChannel consumer, int publishers, string queue, byte[] body, BasicProperties properties) =>
        (_publisher, _consumer, _publishers, _queue, _body, _properties) = (publisher, consumer, publishers, queue, body, properties);

    public static async Task<RawClient> StartAsync(IConnection connection, string queue, ushort prefetch, int publishers, byte[] body, BasicProperties properties)
    {
        var consumer = await connection.CreateChannelAsync();
        await consumer.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" });
        await consumer.BasicQosAsync(0, prefetch, global: false);
        var confirmed = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);

        // As the bus has it: one channel that all publishers share.
        var publisher = await connection.CreateChannelAsync(confirmed);
        var client = new RawClient(publisher, consumer, publishers, queue, body, properties);
        var events = new AsyncEventingBasicConsumer(consumer);
        events.ReceivedAsync += async (_, delivery) =>
        {
            await consumer.BasicAckAsync(delivery.DeliveryTag, multiple: false);
            client._counter.Count();
        };
        await consumer.BasicConsumeAsync(queue, autoAck: false, events);
        return client;
    }

    public async Task RunAsync(int count, TimeSpan patience)
    {
        _counter.Expect(count);
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = _publishers }, async (_, ct) =>
            await _publisher.BasicPublishAsync("", _queue, mandatory: true, _properties, _body, ct));
        await _counter.WaitAsync(patience);
    }

    public async ValueTask DisposeAsync()
    {
        await _publisher.DisposeAsync();
        await _consumer.DisposeAsync();
    }
}
