using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts.Commands;
using Pipeline.Messaging;
using Pipeline.Tests.Integration.Servers;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Messaging;

/// <summary>Three nodes of RabbitMQ, of which one is lost.</summary>
public sealed class BrokerClusterTests
{
    private const int Messages = 400;
    private const int Prefetch = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [PrivateServersFact]
    public async Task Neither_the_node_of_the_connection_nor_the_leader_of_the_queue_takes_a_message_with_it()
    {
        await using var cluster = await RabbitMqCluster.StartAsync();
        await using var virtualHost = await cluster.First.CreateVirtualHostAsync();
        var script = new ConsumerScript(async (_, _) => await Task.Delay(20));
        await using var host = await StartAsync(cluster, virtualHost, script);
        await cluster.ReplicatedAsync(virtualHost, "scripted");
        await cluster.ReplicatedAsync(virtualHost, "counted");
        await Eventually.TrueAsync(() => AnswersAsync(host), Patience);

        var messages = Enumerable.Range(0, Messages).Select(_ => TestEvents.Cnn()).ToArray();
        var publishing = Task.Run(async () =>
        {
            foreach (var message in messages)
            {
                await host.PublishAsync(message);
                await Task.Delay(10);
            }
        });
        await Eventually.TrueAsync(() => script.Done.Count > 50, Patience);
        var connected = await cluster.BusiestAsync(virtualHost, cluster.Nodes);
        await connected.KillAsync();
        await Eventually.TrueAsync(() => AnswersAsync(host), Patience);
        await connected.RestartAsync();
        await cluster.ReplicatedAsync(virtualHost, "scripted");
        var leader = await cluster.LeaderAsync(virtualHost, "scripted");
        await leader.KillAsync();
        await Eventually.TrueAsync(() => AnswersAsync(host), Patience);

        await publishing.WaitAsync(Patience * Eventually.Slack);
        await Eventually.TrueAsync(() => messages.All(message => script.Done.Contains(message.ImageId)), Patience, () => $"{script.Done.Distinct().Count()} of {Messages}");
        await leader.RestartAsync();
        await virtualHost.WaitForQueuesAsync(all => all.All(queue => queue.Total == 0), TimeSpan.FromSeconds(30));
        // Only what was in a worker's hands, or unconfirmed, comes again: at each loss of a connection, and a node that is slow to come back or an
        // election that takes its time may cost more of them than the two kills.
        Assert.InRange(script.Done.Count, Messages, Messages + (8 * (Prefetch + 1)));
    }

    private static Task<BusHost> StartAsync(RabbitMqCluster cluster, RabbitMqVirtualHost virtualHost, ConsumerScript script)
    {
        var settings = BusHost.Settings();
        settings["Messaging:Transport"] = "RabbitMq";
        settings["Messaging:PublishTimeout"] = "00:00:05";
        settings["Messaging:PublishRetries"] = "20";
        foreach (var (key, value) in cluster.Settings(virtualHost))
        {
            settings[key] = value;
        }

        return BusHost.StartAsync(settings, services => services
            .AddSingleton(script)
            .AddSingleton(new InteractiveScalingTests.Answers())
            .AddPipelineConsumers(bus =>
            {
                bus.AddConsumer<ScriptedConsumer, ScriptedConsumerDefinition>();
                bus.AddConsumer<InteractiveScalingTests.CountingConsumer, InteractiveScalingTests.CountingDefinition>();
            }));
    }

    private static async Task AskAsync(BusHost host)
    {
        var answer = await host.Services.GetRequiredService<IBus>().AskAsync<CreateCollection, CollectionCreated>(
            new CreateCollection { Collection = "photos" }, TimeSpan.FromSeconds(5), CancellationToken.None);
        Assert.True(answer.Created);
    }

    private static async Task<bool> AnswersAsync(BusHost host)
    {
        try
        {
            await AskAsync(host);
            return true;
        }
        catch (Exception exception) when (exception is MassTransitException or TimeoutException)
        {
            return false;
        }
    }
}
