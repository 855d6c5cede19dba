using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Pipeline.Tests.Integration.Pipelines;

/// <summary>Hears every event of one type, by a queue of its own that goes with it.</summary>
public sealed class EventTap : IAsyncDisposable
{
    private readonly IChannel _channel;
    private readonly ConcurrentQueue<JsonNode> _messages = new();

    private EventTap(IChannel channel) => _channel = channel;

    /// <summary>The events, in the order of their arrival.</summary>
    public IReadOnlyList<JsonNode> Messages => [.. _messages];

    /// <summary>The images of events about images, in the order of their arrival.</summary>
    public IReadOnlyList<Guid> Images => [.. _messages.Select(message => (Guid)message["imageId"]!)];

    /// <summary>How many events there were about the image.</summary>
    public int CountOf(Guid imageId) => Images.Count(id => id == imageId);

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
            tap._messages.Enqueue(JsonNode.Parse(delivery.Body.Span)!["message"]!);
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer);
        return tap;
    }

    public async ValueTask DisposeAsync() => await _channel.DisposeAsync();
}
