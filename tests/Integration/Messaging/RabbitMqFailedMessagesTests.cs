using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Messaging;
using Pipeline.Tests.Support;
using RabbitMQ.Client;
using Xunit;

namespace Pipeline.Tests.Integration.Messaging;

/// <summary>Failed messages are taken out of the queues of a real broker, and given back.</summary>
[Collection(SharedServers.Messaging)]
public sealed class RabbitMqFailedMessagesTests(SharedServers servers)
{
    [Fact]
    public async Task Leave_their_queues_only_when_they_are_kept_and_come_back_with_all_their_tries()
    {
        await using var virtualHost = await (await servers.RabbitMqAsync()).CreateVirtualHostAsync();
        var works = false;
        var script = new ConsumerScript((_, _) => works ? Task.CompletedTask : throw new TimeoutException("always busy"));
        await using var host = await RabbitMqPolicyTests.StartAsync(virtualHost, script);
        var failed = host.Services.GetRequiredService<IFailedMessages>();
        var message = TestEvents.Cnn();
        await host.PublishAsync(message);
        await virtualHost.WaitForQueuesAsync(all => all.Any(queue => queue is { Name: "scripted_error", Ready: 1 }), TimeSpan.FromSeconds(30));
        Assert.Equal(9, script.TotalAttempts);

        // A store that is away keeps nothing, and loses nothing.
        await Assert.ThrowsAsync<IOException>(() => failed.TakeAsync(["scripted"], (_, _) => throw new IOException("away"), CancellationToken.None));
        var kept = new List<FailedMessage>();
        await Eventually.TrueAsync(async () => await TakeAsync() == 1);
        var taken = Assert.Single(kept);
        Assert.Equal(
            ("scripted", false, "CnnExtracted", (Guid?)message.ImageId, message.Collection), (taken.Endpoint, taken.Quarantined, taken.MessageType, taken.ImageId, taken.Collection));
        Assert.Equal("System.TimeoutException", taken.ExceptionType);
        Assert.Equal("always busy", taken.ExceptionMessage);
        Assert.InRange(taken.FailedAt, DateTimeOffset.UtcNow.AddMinutes(-2), DateTimeOffset.UtcNow.AddSeconds(5));

        await failed.RedriveAsync(taken, CancellationToken.None);
        await Eventually.TrueAsync(() => script.TotalAttempts == 18, TimeSpan.FromSeconds(30));
        await Eventually.TrueAsync(async () => await TakeAsync() == 1, TimeSpan.FromSeconds(30));
        Assert.NotEqual(taken.Id, kept[^1].Id);

        works = true;
        await failed.RedriveAsync(kept[^1], CancellationToken.None);
        await Eventually.TrueAsync(() => script.Done.Contains(message.ImageId));
        await virtualHost.WaitForQueuesAsync(all => all.All(queue => queue.Total == 0), TimeSpan.FromSeconds(10));

        Task<int> TakeAsync() => failed.TakeAsync(
            ["scripted"],
            (one, _) =>
            {
                kept.Add(one);
                return Task.CompletedTask;
            },
            CancellationToken.None);
    }

    [Fact]
    public async Task Of_the_quarantine_are_told_apart_and_their_lengths_are_known()
    {
        await using var virtualHost = await (await servers.RabbitMqAsync()).CreateVirtualHostAsync();
        var script = new ConsumerScript((_, _) => Task.CompletedTask);
        await using var host = await RabbitMqPolicyTests.StartAsync(virtualHost, script);
        var lengths = host.Services.GetRequiredService<IQueueLengths>();
        Assert.Equal(0, await lengths.CountAsync("scripted_quarantine", CancellationToken.None));
        Assert.Null(await lengths.CountAsync("no-such-queue", CancellationToken.None));
        await using var connection = await new ConnectionFactory { Uri = virtualHost.AmqpUri }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await channel.BasicPublishAsync("", "scripted_quarantine", mandatory: true, Encoding.UTF8.GetBytes("no JSON at all"));
        await Eventually.TrueAsync(async () => await lengths.CountAsync("scripted_quarantine", CancellationToken.None) == 1);

        var kept = new List<FailedMessage>();
        await host.Services.GetRequiredService<IFailedMessages>().TakeAsync(
            ["scripted", "never-ran"],
            (one, _) =>
            {
                kept.Add(one);
                return Task.CompletedTask;
            },
            CancellationToken.None);

        var taken = Assert.Single(kept);
        Assert.True(taken.Quarantined);
        Assert.Null(taken.MessageType);
        Assert.Null(taken.ExceptionType);
        Assert.Equal("no JSON at all", Encoding.UTF8.GetString(taken.Body));
    }
}
