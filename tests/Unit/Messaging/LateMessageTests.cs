using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Unit.Messaging;

/// <summary>Messages say which life of their collection they are about, and those about one that is over reach nobody.</summary>
public sealed class LateMessageTests
{
    private readonly Lives _lives = new();

    [Fact]
    public async Task A_message_carries_the_life_of_its_collection_and_reaches_its_consumer_while_that_lasts()
    {
        var heard = new ConcurrentQueue<int?>();
        await using var host = await StartAsync((context, _) =>
        {
            heard.Enqueue(context.Headers.Get<int>(ICollectionLives.Header));
            return Task.CompletedTask;
        });

        _lives.Life = 2;
        await host.PublishAsync(TestEvents.Cnn());
        await Eventually.TrueAsync(() => heard.Count == 1);

        Assert.Equal([2], heard);
    }

    [Fact]
    public async Task A_late_message_is_dropped_what_its_publisher_left_is_removed_and_the_next_message_goes_on()
    {
        var heard = new ConcurrentQueue<Guid>();
        await using var host = await StartAsync((context, _) =>
        {
            heard.Enqueue(context.Message.ImageId);
            return Task.CompletedTask;
        });
        var (late, early, current) = (TestEvents.Cnn(), TestEvents.Cnn() with { Incarnation = 1 }, TestEvents.Cnn());

        // Published in the first life, and heard in the second; then one whose image lived before the second.
        _lives.Life = 1;
        _lives.Heard = 2;
        await host.PublishAsync(late);
        await Eventually.TrueAsync(() => _lives.Forgotten.Count == 1);
        _lives.Life = 2;
        await host.PublishAsync(early);
        await host.PublishAsync(current);
        await Eventually.TrueAsync(() => heard.Count == 1 && _lives.Forgotten.Count == 2);

        Assert.Equal([current.ImageId], heard);
        Assert.Equal([late.ImageId, early.ImageId], _lives.Forgotten);
    }

    private Task<BusHost> StartAsync(Func<ConsumeContext<CnnExtracted>, int, Task> act) => BusHost.StartAsync(BusHost.Settings(), services => services
        .AddSingleton(new ConsumerScript(act))
        .AddSingleton<ICollectionLives>(_lives)
        .AddPipelineConsumers(bus => bus.AddConsumer<ScriptedConsumer, ScriptedConsumerDefinition>()));

    private sealed class Lives : ICollectionLives
    {
        public int Life { get; set; } = 1;

        public int Heard { get; set; }

        public ConcurrentQueue<Guid> Forgotten { get; } = new();

        public ValueTask<int?> PresentAsync(string collection, CancellationToken ct) => ValueTask.FromResult<int?>(Life);

        public ValueTask<bool> IsOverAsync(string collection, int? life, int? incarnation, CancellationToken ct) =>
            ValueTask.FromResult(life < Heard || incarnation < Heard);

        public Task ForgetAsync(EventHeader image, CancellationToken ct)
        {
            Forgotten.Enqueue(image.ImageId);
            return Task.CompletedTask;
        }
    }
}
