using Microsoft.Extensions.DependencyInjection;
using Pipeline.Messaging;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Messaging;

/// <summary>Messages in a real broker's retry queue are looked at, and go on as if nobody had looked.</summary>
[Collection(SharedServers.Messaging)]
public sealed class RabbitMqWaitingMessagesTests(SharedServers servers)
{
    // So long that none is due while it is looked at, however long that takes.
    private static readonly TimeSpan Delay = TimeSpan.FromHours(1);

    [Fact]
    public async Task Are_seen_with_attempt_time_and_reason_and_stay_in_their_order()
    {
        await using var virtualHost = await (await servers.RabbitMqAsync()).CreateVirtualHostAsync();
        var script = new ConsumerScript((_, _) => throw new TimeoutException("always busy"));
        var settings = BusHost.Settings(virtualHost.AmqpUri);
        settings["Messaging:RedeliveryDelay"] = $"{Delay}";
        await using var host = await RabbitMqPolicyTests.StartAsync(virtualHost, script, settings: settings);
        var waiting = host.Services.GetRequiredService<IWaitingMessages>();
        Assert.Equal(0, (await waiting.PeekAsync("scripted", CancellationToken.None)).Total);
        var messages = Enumerable.Range(0, 5).Select(_ => TestEvents.Cnn()).ToArray();
        var began = DateTimeOffset.UtcNow;
        foreach (var message in messages)
        {
            await host.PublishAsync(message);
        }

        await Eventually.TrueAsync(async () => (await waiting.PeekAsync("scripted", CancellationToken.None)).Messages.Count == 5, TimeSpan.FromSeconds(30));
        var seen = await waiting.PeekAsync("scripted", CancellationToken.None);
        Assert.Equal(5, seen.Total);
        Assert.Equal(messages.Select(message => (Guid?)message.ImageId).Order(), seen.Messages.Select(message => message.ImageId).Order());
        Assert.All(seen.Messages, message =>
        {
            Assert.Equal(("CnnExtracted", 1, "TimeoutException: always busy"), (message.MessageType, message.Attempt, message.Reason));
            Assert.InRange(message.DueAt!.Value, began + Delay - TimeSpan.FromSeconds(1), DateTimeOffset.UtcNow + Delay + TimeSpan.FromSeconds(1));
        });

        Assert.Equal(seen.Messages.Select(message => message.DueAt).Order(), seen.Messages.Select(message => message.DueAt));

        // Looked at again at once, and by two at a time, they are the same in the same order.
        for (var again = 0; again < 20; again++)
        {
            var looks = await Task.WhenAll(waiting.PeekAsync("scripted", CancellationToken.None), waiting.PeekAsync("scripted", CancellationToken.None));
            Assert.All(looks, look =>
            {
                Assert.Equal(5, look.Total);
                Assert.Equal(seen.Messages, look.Messages);
            });
        }

        Assert.Equal(5 * 3, script.TotalAttempts);
    }

    [Fact]
    public async Task Are_tried_again_once_when_their_time_comes_however_often_they_are_looked_at()
    {
        await using var virtualHost = await (await servers.RabbitMqAsync()).CreateVirtualHostAsync();
        var script = new ConsumerScript((_, attempt) => attempt > 3 ? Task.CompletedTask : throw new TimeoutException("always busy"));
        var settings = BusHost.Settings(virtualHost.AmqpUri);
        settings["Messaging:RedeliveryDelay"] = "00:00:02";
        await using var host = await RabbitMqPolicyTests.StartAsync(virtualHost, script, settings: settings);
        var waiting = host.Services.GetRequiredService<IWaitingMessages>();
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => host.PublishAsync(TestEvents.Cnn())));

        await Eventually.TrueAsync(
            async () =>
            {
                await waiting.PeekAsync("scripted", CancellationToken.None);
                return script.Done.Count >= 5;
            },
            TimeSpan.FromSeconds(40));
        await virtualHost.WaitForQueuesAsync(all => all.All(queue => queue.Total == 0), TimeSpan.FromSeconds(10));
        Assert.Equal(5, script.Done.Count);
        Assert.Equal(5 * 4, script.TotalAttempts);
    }
}
