using System.Collections.Concurrent;
using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Pipeline.Tests.Integration.Pipelines;

/// <summary>Hears every event of one type about images, by a queue of its own that goes with it.</summary>
public sealed class EventTap : IAsyncDisposable
{
    private readonly IChannel _channel;
    private readonly ConcurrentQueue<Guid> _images = new();

    private EventTap(IChannel channel) => _channel = channel;

    /// <summary>The images of the events, in the order of their arrival.</summary>
    public IReadOnlyList<Guid> Images => [.. _images];

    /// <summary>How many events there were about the image.</summary>
    public int CountOf(Guid imageId) => _images.Count(id => id == imageId);

    internal static async Task<EventTap> OpenAsync<T>(IConnection connection)
    {
        var channel = await connection.CreateChannelAsync();
        var tap = new EventTap(channel);
        var queue = (await channel.QueueDeclareAsync()).QueueName;
        var exchange = $"{typeof(T).Namespace}:{typeof(T).Name}";

        // As the publisher will declare it, which need not have happened yet.
        await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true, autoDelete: false);
        await channel.QueueBindAsync(queue, exchange, routingKey: "");
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            using var envelope = JsonDocument.Parse(delivery.Body);
            tap._images.Enqueue(envelope.RootElement.GetProperty("message").GetProperty("imageId").GetGuid());
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer);
        return tap;
    }

    public async ValueTask DisposeAsync() => await _channel.DisposeAsync();
}
