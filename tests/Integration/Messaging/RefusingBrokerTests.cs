using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;
using Pipeline.Tests.Support;
using RabbitMQ.Client;
using Xunit;

namespace Pipeline.Tests.Integration.Messaging;

/// <summary>A broker that refuses messages: here for a full queue, elsewhere for one whose leader has just died.</summary>
[Collection(SharedServers.Messaging)]
public sealed class RefusingBrokerTests(SharedServers servers)
{
    [Fact]
    public async Task When_it_goes_on_for_seconds_the_messages_travel_over_a_new_connection()
    {
        var broker = await servers.RabbitMqAsync();
        await using var virtualHost = await broker.CreateVirtualHostAsync();
        await using var relay = new TcpRelay(broker.Host, broker.Port);
        var settings = BusHost.Settings(new UriBuilder(virtualHost.AmqpUri) { Port = relay.Port }.Uri);
        settings["Messaging:PublishRetries"] = "20";
        var script = new ConsumerScript((_, _) => Task.CompletedTask);
        await using var host = await BusHost.StartAsync(settings, services => services
            .AddSingleton(script)
            .AddPipelineConsumers(bus => bus.AddConsumer<ScriptedConsumer, ScriptedConsumerDefinition>()));
        await using var full = await FullQueue.CreateAsync(virtualHost, typeof(CnnExtracted));
        await host.PublishAsync(TestEvents.Cnn());
        await Eventually.TrueAsync(() => script.Done.Count == 1, TimeSpan.FromSeconds(30));
        var connections = relay.Accepted;

        var message = TestEvents.Cnn();
        var publishing = host.PublishAsync(message);
        await Eventually.TrueAsync(() => relay.Accepted > connections, TimeSpan.FromSeconds(60));
        Assert.False(publishing.IsCompleted);
        await full.DisposeAsync();
        await publishing.WaitAsync(TimeSpan.FromSeconds(60));
        await Eventually.TrueAsync(() => script.Done.Contains(message.ImageId), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_refused_question_is_asked_again_while_it_has_time_and_then_nobody_answered()
    {
        var broker = await servers.RabbitMqAsync();
        await using var virtualHost = await broker.CreateVirtualHostAsync();
        await using var host = await InteractiveScalingTests.StartAsync(BusHost.Settings(virtualHost.AmqpUri), new());
        var bus = host.Services.GetRequiredService<IBus>();
        await AskAsync(TimeSpan.FromSeconds(30));
        await using var full = await FullQueue.CreateAsync(virtualHost, typeof(CreateCollection));
        await AskAsync(TimeSpan.FromSeconds(30));

        var started = Stopwatch.GetTimestamp();
        await Assert.ThrowsAsync<RequestTimeoutException>(() => AskAsync(TimeSpan.FromSeconds(1)));
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.FromSeconds(0.9), TimeSpan.FromMinutes(2));

        var asking = AskAsync(TimeSpan.FromSeconds(60));
        await full.DisposeAsync();
        await asking;

        async Task AskAsync(TimeSpan timeout) => Assert.True(
            (await bus.AskAsync<CreateCollection, CollectionCreated>(new CreateCollection { Collection = "photos" }, timeout, CancellationToken.None)).Created);
    }

    // Takes one message of a type, and lets the broker refuse all others.
    private sealed class FullQueue(IConnection connection, IChannel channel, string name) : IAsyncDisposable
    {
        private bool _deleted;

        public static async Task<FullQueue> CreateAsync(RabbitMqVirtualHost virtualHost, Type message)
        {
            var connection = await new ConnectionFactory { Uri = virtualHost.AmqpUri }.CreateConnectionAsync();
            var channel = await connection.CreateChannelAsync();
            var queue = await channel.QueueDeclareAsync(
                "full", durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-max-length"] = 1, ["x-overflow"] = "reject-publish" });
            await channel.QueueBindAsync(queue.QueueName, $"{message.Namespace}:{message.Name}", "");
            return new FullQueue(connection, channel, queue.QueueName);
        }

        public async ValueTask DisposeAsync()
        {
            if (!_deleted)
            {
                _deleted = true;
                await channel.QueueDeleteAsync(name);
                await channel.DisposeAsync();
                await connection.DisposeAsync();
            }
        }
    }
}
