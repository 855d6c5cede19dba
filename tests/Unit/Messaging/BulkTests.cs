using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Unit.Messaging;

public sealed class BulkTests
{
    [Fact]
    public async Task Bulk_messages_are_worked_on_from_a_queue_of_their_own()
    {
        var queues = new ConcurrentBag<(TrafficClass, string)>();
        await using var host = await StartAsync((context, _) =>
        {
            queues.Add((context.Message.Traffic, context.ReceiveContext.InputAddress.Segments[^1]));
            return Task.CompletedTask;
        });

        for (var i = 0; i < 5; i++)
        {
            await host.PublishAsync(TestEvents.Cnn());
            await host.PublishAsync(TestEvents.Cnn() with { Traffic = TrafficClass.Bulk });
        }

        await Eventually.TrueAsync(() => queues.Count == 10);
        Assert.Equal([(TrafficClass.Live, "separate"), (TrafficClass.Bulk, "separate-bulk")], queues.Distinct().Order());
    }

    [Fact]
    public async Task Live_messages_do_not_wait_for_bulk_ones()
    {
        using var gate = new SemaphoreSlim(0);
        var live = 0;
        await using var host = await StartAsync(async (context, _) =>
        {
            if (context.Message.Traffic == TrafficClass.Bulk)
            {
                await gate.WaitAsync();
            }
            else
            {
                Interlocked.Increment(ref live);
            }
        });

        for (var i = 0; i < 50; i++)
        {
            await host.PublishAsync(TestEvents.Cnn() with { Traffic = TrafficClass.Bulk });
        }

        await host.PublishAsync(TestEvents.Cnn());

        await Eventually.TrueAsync(() => live == 1);
        gate.Release(50);
    }

    private static Task<BusHost> StartAsync(Func<ConsumeContext<CnnExtracted>, int, Task> act) => BusHost.StartAsync(BusHost.Settings(), services => services
        .AddSingleton(new ConsumerScript(act))
        .AddPipelineConsumers(bus => bus.AddConsumer<ScriptedConsumer, SeparatingDefinition>()));

    internal sealed class SeparatingDefinition() : PipelineConsumerDefinition<ScriptedConsumer>("separate", separatesBulk: true, concurrency: 2);
}
