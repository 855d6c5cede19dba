using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts.Commands;
using Pipeline.Messaging;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Messaging;

/// <summary>A connection to the broker that is open and carries nothing, as when its node or the path to it has just died.</summary>
[Collection(SharedServers.Messaging)]
public sealed class SilentBrokerTests(SharedServers servers)
{
    [Fact]
    public async Task A_question_that_the_broker_never_confirms_ends_in_its_time_and_the_next_connection_carries_the_next_one()
    {
        var broker = await servers.RabbitMqAsync();
        await using var virtualHost = await broker.CreateVirtualHostAsync();
        await using var relay = new TcpRelay(broker.Host, broker.Port);
        var settings = BusHost.Settings(new UriBuilder(virtualHost.AmqpUri) { Port = relay.Port }.Uri);
        await using var host = await InteractiveScalingTests.StartAsync(settings, new());
        await AskAsync(TimeSpan.FromSeconds(30));

        relay.Silence();
        var started = Stopwatch.GetTimestamp();
        await Assert.ThrowsAsync<RequestTimeoutException>(() => AskAsync(TimeSpan.FromSeconds(2)).WaitAsync(TimeSpan.FromMinutes(3)));
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.FromSeconds(1.9), TimeSpan.FromMinutes(2));

        // Who gives up first is told so, and not that time ran out.
        using var gaveUp = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AskAsync(TimeSpan.FromMinutes(1), gaveUp.Token));

        await relay.DropAsync();
        await Eventually.TrueAsync(AnswersAsync, TimeSpan.FromSeconds(60));

        async Task AskAsync(TimeSpan timeout, CancellationToken ct = default) =>
            Assert.True((await host.Services.GetRequiredService<IBus>().AskAsync<CreateCollection, CollectionCreated>(new CreateCollection { Collection = "photos" }, timeout, ct)).Created);

        async Task<bool> AnswersAsync()
        {
            try
            {
                await AskAsync(TimeSpan.FromSeconds(5));
                return true;
            }
            catch (RequestTimeoutException)
            {
                return false;
            }
        }
    }
}
