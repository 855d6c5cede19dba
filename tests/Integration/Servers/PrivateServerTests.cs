using System.Text;
using Pipeline.Tests.Support;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using StackExchange.Redis;
using Xunit;

namespace Pipeline.Tests.Integration.Servers;

[Collection(SharedServers.Messaging)]
public sealed class PrivateServerTests(SharedServers servers)
{
    [PrivateServersFact]
    public async Task Confirmed_messages_of_a_quorum_queue_survive_a_killed_broker()
    {
        await using var broker = await RabbitMqServer.StartPrivateAsync();
        await using var virtualHost = await broker.CreateVirtualHostAsync();
        var factory = new ConnectionFactory { Uri = virtualHost.AmqpUri };
        await using (var connection = await factory.CreateConnectionAsync())
        {
            await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
            await channel.QueueDeclareAsync("work", durable: true, exclusive: false, autoDelete: false,
                new Dictionary<string, object?> { ["x-queue-type"] = "quorum" });

            await Task.Delay(RabbitMqServer.TopologyRest);
            for (var i = 0; i < 3; i++)
            {
                await channel.BasicPublishAsync("", "work", mandatory: true,
                    new BasicProperties { Persistent = true }, Encoding.UTF8.GetBytes($"message {i}"));
            }

            await broker.KillAsync();
        }

        await broker.RestartAsync();
        await using var again = await factory.CreateConnectionAsync();
        await using var reader = await again.CreateChannelAsync();
        for (var i = 0; i < 3; i++)
        {
            Assert.NotNull(await reader.BasicGetAsync("work", autoAck: false));
        }

        await virtualHost.WaitForQueuesAsync(q => q.Any(d => d is { Name: "work", Unacknowledged: 3 }), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Virtual_hosts_do_not_see_each_other_and_are_gone_after_disposal()
    {
        var broker = await servers.RabbitMqAsync();
        await using var other = await broker.CreateVirtualHostAsync();
        Uri gone;
        await using (var own = await broker.CreateVirtualHostAsync())
        {
            gone = own.AmqpUri;
            await using var connection = await new ConnectionFactory { Uri = own.AmqpUri }.CreateConnectionAsync();
            await using var channel = await connection.CreateChannelAsync();
            await channel.QueueDeclareAsync("mine", durable: false, exclusive: false, autoDelete: false);
            await own.WaitForQueuesAsync(q => q.Any(d => d.Name == "mine"), TimeSpan.FromSeconds(10));
            Assert.Empty(await other.ListQueuesAsync());
        }

        // The broker may still accept the connection while it tears the virtual host down, but no channel; when its
        // refusal is already there as the channel is asked for, the client says so by a kind of its own of the same error.
        var refusal = await Assert.ThrowsAnyAsync<OperationInterruptedException>(async () =>
        {
            await using var connection = await new ConnectionFactory { Uri = gone }.CreateConnectionAsync();
            await using var channel = await connection.CreateChannelAsync();
        });
        Assert.Equal((ushort?)530, refusal.ShutdownReason?.ReplyCode);
    }

    [PrivateServersFact]
    public async Task Acknowledged_writes_survive_a_killed_redis()
    {
        var redis = await servers.RedisAsync();
        var key = RedisServer.NewKeyPrefix() + "k";
        using (var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString))
        {
            await connection.GetDatabase().StringSetAsync(key, "v");
            await redis.KillAsync();
        }

        await redis.RestartAsync();
        using var again = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        Assert.Equal("v", (string?)await again.GetDatabase().StringGetAsync(key));
    }
}
