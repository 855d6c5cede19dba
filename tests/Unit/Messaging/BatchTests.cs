using System.Collections.Concurrent;
using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;
using Pipeline.Messaging.Batching;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Unit.Messaging;

public sealed class BatchTests
{
    [Fact]
    public async Task Collects_messages_into_batches()
    {
        var script = new BatchScript(_ => Task.CompletedTask);
        await using var host = await StartAsync(script);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => host.PublishAsync(TestEvents.Cnn())));

        await Eventually.TrueAsync(() => script.Sizes.Sum() == 20);
        Assert.True(script.Sizes.Max() > 1, "Every message came alone.");
        Assert.All(script.Sizes, size => Assert.InRange(size, 1, 8));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_bad_message_does_not_sink_its_batch_mates(bool itemised)
    {
        var bad = Guid.NewGuid();
        var done = new ConcurrentQueue<Guid>();
        var script = new BatchScript(batch =>
        {
            var failures = batch.Where(item => item.Message.ImageId == bad)
                .Select(item => new BatchItemFailure(item, new PermanentException(RejectionReasons.CorruptImage, "bad"))).ToArray();
            if (failures.Length > 0 && !itemised)
            {
                throw failures[0].Error;
            }

            foreach (var item in batch.Where(item => item.Message.ImageId != bad))
            {
                done.Enqueue(item.Message.ImageId);
            }

            return failures.Length > 0 ? throw new BatchItemsFailedException(failures) : Task.CompletedTask;
        });
        await using var host = await StartAsync(script);
        var messages = Enumerable.Range(0, 8).Select(i => TestEvents.Cnn(i == 3 ? bad : null)).ToArray();

        await Task.WhenAll(messages.Select(message => host.PublishAsync(message)));

        var rejections = await host.Services.GetRequiredService<Probe<ImageRejected>>().WaitAsync(1);
        await Eventually.TrueAsync(() => done.Count >= 7);
        await Task.Delay(300);
        Assert.Equal(bad, Assert.Single(rejections).ImageId);
        Assert.Equal(messages.Select(message => message.ImageId).Where(id => id != bad).Order(), done.Order());
        Assert.Single(host.Services.GetRequiredService<Probe<ImageRejected>>().Messages);
    }

    [Fact]
    public async Task A_transient_error_of_one_message_is_retried_alone()
    {
        var shaky = Guid.NewGuid();
        var attempts = 0;
        var done = new ConcurrentQueue<Guid>();
        var script = new BatchScript(batch =>
        {
            if (batch.Any(item => item.Message.ImageId == shaky) && Interlocked.Increment(ref attempts) < 4)
            {
                throw new TimeoutException("busy");
            }

            foreach (var item in batch)
            {
                done.Enqueue(item.Message.ImageId);
            }

            return Task.CompletedTask;
        });
        await using var host = await StartAsync(script);
        var messages = Enumerable.Range(0, 8).Select(i => TestEvents.Cnn(i == 3 ? shaky : null)).ToArray();

        await Task.WhenAll(messages.Select(message => host.PublishAsync(message)));

        await Eventually.TrueAsync(() => done.Count >= 8);
        Assert.Equal(messages.Select(message => message.ImageId).Order(), done.Order());
        Assert.Equal(4, attempts);
    }

    [Fact]
    public async Task What_comes_of_a_message_stays_in_its_trace_though_its_batch_runs_in_another_messages()
    {
        using var source = new ActivitySource($"test-{Guid.NewGuid():N}");
        using var listener = new ActivityListener
        {
            ShouldListenTo = heard => heard.Name is "MassTransit" || heard.Name == source.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(listener);
        var script = new BatchScript(batch => Task.WhenAll(batch.Select(item => item.Publish(new ImageRejected
        {
            Collection = "photos",
            CorrelationId = item.Message.ImageId,
            Stage = "hash",
            Reason = RejectionReasons.CorruptImage,
            Detail = "",
        }))));
        var traces = new ConcurrentDictionary<Guid, ActivityTraceId>();
        await using var host = await BusHost.StartAsync(BusHost.Settings(), services => services
            .AddSingleton(script).AddSingleton(traces)
            .AddPipelineConsumers(bus =>
            {
                bus.AddConsumer<BatchScriptConsumer, BatchScriptConsumerDefinition>();
                bus.AddConsumer<TraceConsumer>();
            }));

        var expected = new ConcurrentDictionary<Guid, ActivityTraceId>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            using var root = source.StartActivity()!;
            var message = TestEvents.Cnn();
            expected[message.ImageId] = root.TraceId;
            await host.PublishAsync(message);
        }));

        await Eventually.TrueAsync(() => traces.Count == expected.Count);
        Assert.True(script.Sizes.Max() > 1, "Every message came alone.");
        Assert.Equal(expected.OrderBy(pair => pair.Key), traces.OrderBy(pair => pair.Key));
    }

    private static Task<BusHost> StartAsync(BatchScript script) => BusHost.StartAsync(BusHost.Settings(), services => services
        .AddSingleton(script).AddSingleton(new Probe<ImageRejected>())
        .AddPipelineConsumers(bus =>
        {
            bus.AddConsumer<BatchScriptConsumer, BatchScriptConsumerDefinition>();
            bus.AddConsumer<ProbeConsumer<ImageRejected>>();
        }));

    internal sealed class BatchScript(Func<Batch<CnnExtracted>, Task> act)
    {
        public ConcurrentQueue<int> Sizes { get; } = new();

        public Task RunAsync(Batch<CnnExtracted> batch)
        {
            Sizes.Enqueue(batch.Length);
            return act(batch);
        }
    }

    internal sealed class BatchScriptConsumer(BatchScript script) : IConsumer<Batch<CnnExtracted>>
    {
        public Task Consume(ConsumeContext<Batch<CnnExtracted>> context) => script.RunAsync(context.Message);
    }

    internal sealed class TraceConsumer(ConcurrentDictionary<Guid, ActivityTraceId> traces) : IConsumer<ImageRejected>
    {
        public Task Consume(ConsumeContext<ImageRejected> context)
        {
            traces[context.Message.CorrelationId] = Activity.Current!.TraceId;
            return Task.CompletedTask;
        }
    }

    internal sealed class BatchScriptConsumerDefinition()
        : PipelineConsumerDefinition<BatchScriptConsumer>("batched", batchSize: 8, batchTime: TimeSpan.FromMilliseconds(100));
}
