using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;
using Pipeline.Tests.Support;
using RabbitMQ.Client;

namespace Pipeline.Tests.Benchmarks.Scale;

/// <summary>
/// The same messages by way of the pipeline's endpoint and by the bare client: published persistently with confirms by as many
/// publishers, through a quorum queue, taken with the same prefetch and acknowledged one by one, in turns.
/// </summary>
internal static class MessageRate
{
    private const string Queue = "message-rate";
    private const string RawQueue = "raw-rate";
    private const int Rounds = 3;
    private const int Publishers = 32;
    private const ushort Prefetch = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static async Task<MessageComparison> RunAsync(RabbitMqServer broker, int count, Action<string> log)
    {
        await using var virtualHost = await broker.CreateVirtualHostAsync();
        var counter = new Counter();
        var settings = BusHost.Settings(virtualHost.AmqpUri);
        await using var bus = await BusHost.StartAsync(settings, services => services
            .AddSingleton(counter).AddPipelineConsumers(consumers => consumers.AddConsumer<CountingConsumer, CountingConsumerDefinition>()));
        await using var connection = await new ConnectionFactory { Uri = virtualHost.AmqpUri, ConsumerDispatchConcurrency = 16 }.CreateConnectionAsync();
        var (body, properties) = await SampleAsync(connection, bus);
        await using var raw = await RawClient.StartAsync(connection, RawQueue, Prefetch, Publishers, body, properties);

        List<MessageFigures> pipeline = [], client = [];
        for (var round = 0; round <= Rounds; round++)
        {
            var ours = await MeasureAsync(broker, count, async () =>
            {
                counter.Expect(count);
                await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = Publishers }, async (_, ct) => await bus.PublishAsync(Event(), ct));
                await counter.WaitAsync(Patience);
            });
            var theirs = await MeasureAsync(broker, count, () => raw.RunAsync(count, Patience));
            if (round > 0)
            {
                // The first round compiles the code of both.
                pipeline.Add(ours);
                client.Add(theirs);
            }
        }

        var comparison = new MessageComparison(body.Length, Median(pipeline), Median(client));
        log($"messages/s: pipeline {comparison.Pipeline.MessagesPerSecond:0}, bare client {comparison.RawClient.MessagesPerSecond:0}, of {body.Length} bytes");
        return comparison;
    }

    private static CnnExtracted Event() => TestEvents.Cnn();

    /// <summary>A message as it stands on the wire.</summary>
    private static async Task<(byte[] Body, BasicProperties Properties)> SampleAsync(IConnection connection, BusHost bus)
    {
        await using var channel = await connection.CreateChannelAsync();
        var queue = (await channel.QueueDeclareAsync()).QueueName;
        await channel.QueueBindAsync(queue, "Pipeline.Contracts.Events:CnnExtracted", "");
        await bus.PublishAsync(Event());
        BasicGetResult? sample = null;
        await Eventually.TrueAsync(async () => (sample = await channel.BasicGetAsync(queue, autoAck: true)) is not null);
        return (sample!.Body.ToArray(), new BasicProperties(sample.BasicProperties));
    }

    private static async Task<MessageFigures> MeasureAsync(RabbitMqServer broker, int count, Func<Task> work)
    {
        using var self = Process.GetCurrentProcess();
        using var node = broker.Pid is { } pid ? Process.GetProcessById(pid) : null;
        var (ownBefore, nodeBefore, start) = (self.TotalProcessorTime, node?.TotalProcessorTime, Stopwatch.GetTimestamp());
        await work();
        var elapsed = Stopwatch.GetElapsedTime(start);
        self.Refresh();
        node?.Refresh();
        return new MessageFigures(
            Math.Round(count / elapsed.TotalSeconds),
            Math.Round((self.TotalProcessorTime - ownBefore).TotalMicroseconds / count, 1),
            node is null ? null : Math.Round((node.TotalProcessorTime - nodeBefore!.Value).TotalMicroseconds / count, 1));
    }

    private static MessageFigures Median(List<MessageFigures> rounds) => rounds.OrderBy(round => round.MessagesPerSecond).ElementAt(rounds.Count / 2);

    internal sealed class Counter
    {
        private TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _left;

        public void Expect(int messages)
        {
            _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _left, messages);
        }

        public void Count()
        {
            if (Interlocked.Decrement(ref _left) == 0)
            {
                _done.TrySetResult();
            }
        }

        public Task WaitAsync(TimeSpan patience) => _done.Task.WaitAsync(patience);
    }

    internal sealed class CountingConsumer(Counter counter) : IConsumer<CnnExtracted>
    {
        public Task Consume(ConsumeContext<CnnExtracted> context)
        {
            counter.Count();
            return Task.CompletedTask;
        }
    }

    internal sealed class CountingConsumerDefinition()
        : PipelineConsumerDefinition<CountingConsumer>(Queue, prefetch: Prefetch, concurrency: 16);
}
