using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;
using Pipeline.Tests.Integration.Servers;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Messaging;

public sealed class BrokerFaultTests
{
    [PrivateServersFact]
    public async Task A_killed_broker_loses_none_of_300_messages()
    {
        await using var broker = await RabbitMqServer.StartPrivateAsync();
        await using var virtualHost = await broker.CreateVirtualHostAsync();
        var settings = BusHost.Settings(virtualHost.AmqpUri);
        settings["Messaging:PublishTimeout"] = "00:00:05";
        settings["Messaging:PublishRetries"] = "20";
        var script = new ConsumerScript(async (_, _) => await Task.Delay(20));
        await using var host = await RabbitMqPolicyTests.StartAsync(virtualHost, script, settings: settings);
        await Task.Delay(RabbitMqServer.TopologyRest);
        var messages = Enumerable.Range(0, 300).Select(_ => TestEvents.Cnn()).ToArray();

        var publishing = Task.Run(async () =>
        {
            foreach (var message in messages)
            {
                await host.PublishAsync(message);
                await Task.Delay(10);
            }
        });
        await Eventually.TrueAsync(() => script.Done.Count > 50);
        await broker.KillAsync();
        await Task.Delay(2000);
        await broker.RestartAsync();

        await publishing.WaitAsync(TimeSpan.FromMinutes(5));
        await Eventually.TrueAsync(() => messages.All(message => script.Done.Contains(message.ImageId)), TimeSpan.FromMinutes(1), () => $"{script.Done.Distinct().Count()} of 300");
        await virtualHost.WaitForQueuesAsync(all => all.All(queue => queue.Total == 0), TimeSpan.FromSeconds(30));
    }

    [PrivateServersFact]
    public async Task A_publish_gives_up_in_time_while_the_broker_is_away()
    {
        await using var broker = await RabbitMqServer.StartPrivateAsync();
        await using var virtualHost = await broker.CreateVirtualHostAsync();
        var settings = BusHost.Settings(virtualHost.AmqpUri);
        settings["Messaging:PublishTimeout"] = "00:00:01";
        settings["Messaging:PublishRetries"] = "2";
        var script = new ConsumerScript((_, _) => Task.CompletedTask);
        await using var host = await RabbitMqPolicyTests.StartAsync(virtualHost, script, settings: settings);
        // A second is little for the first of all messages.
        await Eventually.TrueAsync(() => PublishesAsync(host, TestEvents.Cnn()));
        await Task.Delay(RabbitMqServer.TopologyRest);

        await broker.KillAsync();
        var started = Stopwatch.GetTimestamp();
        await Assert.ThrowsAnyAsync<Exception>(() => host.PublishAsync(TestEvents.Cnn())).WaitAsync(TimeSpan.FromMinutes(2));
        Assert.True(Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(0.1), "It gave up without another try.");
        await broker.RestartAsync();

        var message = TestEvents.Cnn();
        await Eventually.TrueAsync(() => PublishesAsync(host, message), TimeSpan.FromMinutes(1));
        await Eventually.TrueAsync(() => script.Done.Contains(message.ImageId));
    }

    [PrivateServersFact]
    public async Task An_endpoint_whose_declaration_the_broker_left_unanswered_connects_anew()
    {
        await using var broker = await RabbitMqServer.StartPrivateAsync();
        await using var virtualHost = await broker.CreateVirtualHostAsync();
        var settings = BusHost.Settings(virtualHost.AmqpUri);
        settings["Messaging:BrokerTimeout"] = "00:00:01";
        var script = new ConsumerScript((_, _) => Task.CompletedTask);
        var pause = new BrokerPause(broker, TimeSpan.FromSeconds(3));

        await using var host = await BusHost.StartAsync(settings, services =>
        {
            services.AddSingleton(script).AddSingleton(pause);
            services.AddPipelineConsumers(bus => bus.AddConsumer<ScriptedConsumer, PausingConsumerDefinition>());
        });
        await host.PublishAsync(TestEvents.Cnn());

        await Eventually.TrueAsync(() => !script.Done.IsEmpty);
        Assert.True(pause.Connections > 1, "The declaration was answered in time.");
    }

    [PrivateServersFact]
    public async Task Whatever_the_broker_leaves_unanswered_while_endpoints_connect_questions_are_answered_in_the_end()
    {
        await using var broker = await RabbitMqServer.StartPrivateAsync();
        await using var virtualHost = await broker.CreateVirtualHostAsync();
        await using var relay = new TcpRelay(broker.Host, broker.Port);
        var settings = BusHost.Settings(new UriBuilder(virtualHost.AmqpUri) { Port = relay.Port }.Uri);
        settings["Messaging:BrokerTimeout"] = "00:00:01";
        await using var host = await BusHost.StartAsync(settings, services => services
            .AddSingleton(new InteractiveScalingTests.Answers())
            .AddPipelineConsumers(bus => bus.AddConsumer<InteractiveScalingTests.CountingConsumer, InteractiveScalingTests.CountingDefinition>()));
        var client = host.Services.GetRequiredService<IBus>().CreateRequestClient<CreateCollection>(TimeSpan.FromSeconds(2));
        await Eventually.TrueAsync(AnswersAsync);

        // Frozen at another moment of connecting and declaring each time, for longer than a question to the broker may take.
        for (var moment = 0; moment < 4; moment++)
        {
            var before = relay.Accepted;
            await relay.DropAsync();
            await Eventually.TrueAsync(() => relay.Accepted > before);
            await Task.Delay(8 * moment);
            await broker.FreezeAsync();
            await Task.Delay(TimeSpan.FromSeconds(1.5));
            await broker.ThawAsync();
            await Eventually.TrueAsync(AnswersAsync);
        }

        async Task<bool> AnswersAsync()
        {
            try
            {
                return (await client.GetResponse<CollectionCreated>(new CreateCollection { Collection = "photos" })).Message.Created;
            }
            catch (MassTransitException)
            {
                return false;
            }
        }
    }

    private static async Task<bool> PublishesAsync(BusHost host, CnnExtracted message)
    {
        try
        {
            await host.PublishAsync(message);
            return true;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return false;
        }
    }
}
