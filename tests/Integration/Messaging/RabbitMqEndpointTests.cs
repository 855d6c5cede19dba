using System.Collections.Concurrent;
using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Messaging;

/// <summary>Kinds of endpoints on a real broker: interactive, bulk, batches, and how they stop.</summary>
[Collection(SharedServers.Messaging)]
public sealed class RabbitMqEndpointTests(SharedServers servers)
{
    [Fact]
    public async Task A_question_is_answered_and_a_failed_one_is_told_at_once()
    {
        await using var virtualHost = await (await servers.RabbitMqAsync()).CreateVirtualHostAsync();
        await using var host = await BusHost.StartAsync(BusHost.Settings(virtualHost.AmqpUri), services => services
            .AddPipelineConsumers(bus => bus.AddConsumer<CollectionConsumer, CollectionDefinition>()));
        await using var scope = host.Services.CreateAsyncScope();
        var client = scope.ServiceProvider.GetRequiredService<IRequestClient<CreateCollection>>();

        var answer = await client.GetResponse<CollectionCreated>(new CreateCollection { Collection = "photos" });
        Assert.Equal("photos", answer.Message.Collection);

        // Nothing but the fault itself says so: what is not told would be a time-out.
        var fault = await Assert.ThrowsAsync<RequestFaultException>(() => client.GetResponse<CollectionCreated>(new CreateCollection { Collection = "bad" }));
        Assert.Contains("cannot", fault.Message, StringComparison.Ordinal);
        var queues = await virtualHost.ListQueuesAsync();
        Assert.DoesNotContain(queues, queue => queue.Name is "collections_error" or "collections_retry");
        Assert.Equal("quorum", Assert.Single(queues, queue => queue.Name == "collections").Type);
    }

    [Fact]
    public async Task A_question_nobody_answers_times_out()
    {
        await using var virtualHost = await (await servers.RabbitMqAsync()).CreateVirtualHostAsync();
        var settings = BusHost.Settings(virtualHost.AmqpUri);
        settings["Messaging:RequestTimeout"] = "00:00:01";
        await using var host = await BusHost.StartAsync(settings, _ => { });
        await using var scope = host.Services.CreateAsyncScope();
        var client = scope.ServiceProvider.GetRequiredService<IRequestClient<CreateCollection>>();

        await Assert.ThrowsAsync<RequestTimeoutException>(() => client.GetResponse<CollectionCreated>(new CreateCollection { Collection = "photos" }));
    }

    [Fact]
    public async Task Bulk_messages_travel_on_their_own_quorum_queue()
    {
        await using var virtualHost = await (await servers.RabbitMqAsync()).CreateVirtualHostAsync();
        var queues = new ConcurrentBag<(TrafficClass, string)>();
        var observed = new ConsumerScript((context, _) =>
        {
            queues.Add((context.Message.Traffic, context.ReceiveContext.InputAddress.Segments[^1]));
            return Task.CompletedTask;
        });
        await using var host = await BusHost.StartAsync(BusHost.Settings(virtualHost.AmqpUri), services => services
            .AddSingleton(observed)
            .AddPipelineConsumers(bus => bus.AddConsumer<ScriptedConsumer, SeparatingDefinition>()));

        for (var i = 0; i < 5; i++)
        {
            await host.PublishAsync(TestEvents.Cnn());
            await host.PublishAsync(TestEvents.Cnn() with { Traffic = TrafficClass.Bulk });
        }

        await Eventually.TrueAsync(() => queues.Count >= 10);
        Assert.Equal([(TrafficClass.Live, "separate"), (TrafficClass.Bulk, "separate-bulk")], queues.Distinct().Order());
        Assert.Equal("quorum", Assert.Single(await virtualHost.ListQueuesAsync(), queue => queue.Name == "separate-bulk").Type);
    }

    [Fact]
    public async Task A_batch_is_acknowledged_but_for_its_bad_message()
    {
        await using var virtualHost = await (await servers.RabbitMqAsync()).CreateVirtualHostAsync();
        var bad = Guid.NewGuid();
        var done = new ConcurrentQueue<Guid>();
        var script = new BatchScript(done, bad);
        await using var host = await BusHost.StartAsync(BusHost.Settings(virtualHost.AmqpUri), services => services
            .AddSingleton(script).AddSingleton(new Probe<ImageRejected>())
            .AddPipelineConsumers(bus =>
            {
                bus.AddConsumer<BatchScriptConsumer, BatchScriptDefinition>();
                bus.AddConsumer<ProbeConsumer<ImageRejected>>();
            }));
        var messages = Enumerable.Range(0, 40).Select(i => TestEvents.Cnn(i == 17 ? bad : null)).ToArray();

        await Task.WhenAll(messages.Select(message => host.PublishAsync(message)));

        var rejected = Assert.Single(await host.Services.GetRequiredService<Probe<ImageRejected>>().WaitAsync(1));
        Assert.Equal(bad, rejected.ImageId);
        await Eventually.TrueAsync(() => done.Count >= 39);
        Assert.Equal(messages.Select(message => message.ImageId).Where(id => id != bad).Order(), done.Order());
        Assert.True(script.Largest > 1, "Every message came alone.");
        await virtualHost.WaitForQueuesAsync(all => all.All(queue => queue.Total == 0), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Stopping_gives_back_held_messages_quickly_and_loses_none()
    {
        await using var virtualHost = await (await servers.RabbitMqAsync()).CreateVirtualHostAsync();
        ErrorClass? Classify(Exception exception) => exception is IOException ? new ErrorClass.DependencyDown("redis") : null;
        var away = new ConsumerScript((_, _) => throw new IOException("no connection"));
        var messages = Enumerable.Range(0, 30).Select(_ => TestEvents.Cnn()).ToArray();
        var host = await RabbitMqPolicyTests.StartAsync(virtualHost, away, Classify);
        await Task.WhenAll(messages.Select(message => host.PublishAsync(message)));
        await Eventually.TrueAsync(() => away.TotalAttempts > 4);

        var started = Stopwatch.GetTimestamp();
        await host.DisposeAsync();
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(60), $"Stopping took {Stopwatch.GetElapsedTime(started)}.");

        var back = new ConsumerScript((_, _) => Task.CompletedTask);
        await using var again = await RabbitMqPolicyTests.StartAsync(virtualHost, back, Classify);
        await Eventually.TrueAsync(() => messages.All(message => back.Done.Contains(message.ImageId)), null, () => $"{back.Done.Distinct().Count()} of 30");
        Assert.DoesNotContain(await virtualHost.ListQueuesAsync(), queue => queue is { Name: "scripted_quarantine" or "scripted_error", Total: > 0 });
    }

    internal sealed class CollectionConsumer : IConsumer<CreateCollection>
    {
        public Task Consume(ConsumeContext<CreateCollection> context) => context.Message.Collection == "bad"
            ? throw new InvalidOperationException("cannot")
            : context.RespondAsync(new CollectionCreated { Collection = context.Message.Collection, Created = true });
    }

    internal sealed class CollectionDefinition() : PipelineConsumerDefinition<CollectionConsumer>("collections", EndpointKind.Interactive);

    internal sealed class SeparatingDefinition() : PipelineConsumerDefinition<ScriptedConsumer>("separate", separatesBulk: true, concurrency: 2);

    internal sealed class BatchScript(ConcurrentQueue<Guid> done, Guid bad)
    {
        public int Largest { get; private set; }

        public void Run(Batch<CnnExtracted> batch)
        {
            Largest = Math.Max(Largest, batch.Length);
            if (batch.Any(item => item.Message.ImageId == bad))
            {
                throw new PermanentException(RejectionReasons.CorruptImage, "bad");
            }

            foreach (var item in batch)
            {
                done.Enqueue(item.Message.ImageId);
            }
        }
    }

    internal sealed class BatchScriptConsumer(BatchScript script) : IConsumer<Batch<CnnExtracted>>
    {
        public Task Consume(ConsumeContext<Batch<CnnExtracted>> context)
        {
            script.Run(context.Message);
            return Task.CompletedTask;
        }
    }

    internal sealed class BatchScriptDefinition() : PipelineConsumerDefinition<BatchScriptConsumer>("batched", batchSize: 16);
}
