using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts.Commands;
using Pipeline.Messaging;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Messaging;

/// <summary>Several workers, each a connection of its own, behind one interactive queue.</summary>
[Collection(SharedServers.Messaging)]
public sealed class InteractiveScalingTests(SharedServers servers)
{
    [Fact]
    public async Task Workers_share_the_questions_and_when_one_leaves_the_other_answers()
    {
        await using var virtualHost = await (await servers.RabbitMqAsync()).CreateVirtualHostAsync();
        var (first, second) = (new Answers(), new Answers());
        var leaving = await StartAsync(BusHost.Settings(virtualHost.AmqpUri), first);
        await using var staying = await StartAsync(BusHost.Settings(virtualHost.AmqpUri), second);
        await using var scope = staying.Services.CreateAsyncScope();
        var client = scope.ServiceProvider.GetRequiredService<IRequestClient<CreateCollection>>();

        // More questions at once than one worker takes, so that the broker gives some to the other.
        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => AskAsync(client)));
        Assert.Equal(200, first.Count + second.Count);
        Assert.True(first.Count > 0 && second.Count > 0, $"{first.Count} and {second.Count} answers");

        await leaving.DisposeAsync();
        var before = first.Count;
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AskAsync(client)));
        Assert.Equal(before, first.Count);
    }

    /// <summary>Starts a worker that answers, and counts its answers.</summary>
    internal static Task<BusHost> StartAsync(Dictionary<string, string?> settings, Answers answers) =>
        BusHost.StartAsync(settings, services => services
            .AddSingleton(answers)
            .AddPipelineConsumers(bus => bus.AddConsumer<CountingConsumer, CountingDefinition>()));

    private static Task AskAsync(IRequestClient<CreateCollection> client) =>
        client.GetResponse<CollectionCreated>(new CreateCollection { Collection = "photos" });

    internal sealed class Answers
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public void Add() => Interlocked.Increment(ref _count);
    }

    internal sealed class CountingConsumer(Answers answers) : IConsumer<CreateCollection>
    {
        public Task Consume(ConsumeContext<CreateCollection> context)
        {
            answers.Add();
            return context.RespondAsync(new CollectionCreated { Collection = context.Message.Collection, Created = true });
        }
    }

    internal sealed class CountingDefinition() : PipelineConsumerDefinition<CountingConsumer>("counted", EndpointKind.Interactive);
}
