using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Messaging;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Unit.Dashboard;

/// <summary>On the in-memory transport; tests/Integration has the same on RabbitMQ.</summary>
public sealed class FailedMessagesTests
{
    [Fact]
    public async Task A_message_that_failed_is_taken_with_its_exception_and_driven_again_with_all_its_tries()
    {
        var attempts = new Attempts();
        await using var host = await BusHost.StartAsync(BusHost.Settings(), services => services
            .AddSingleton(attempts)
            .AddPipelineConsumers(bus => bus.AddConsumer<ShakyConsumer, ShakyConsumerDefinition>()));
        var failed = host.Services.GetRequiredService<IFailedMessages>();
        var taken = new ConcurrentQueue<FailedMessage>();
        Task Keep(FailedMessage message, CancellationToken ct)
        {
            taken.Enqueue(message);
            return Task.CompletedTask;
        }

        await host.Services.GetRequiredService<IBus>().Publish(new Shaky("photos", Guid.Empty));
        await Eventually.TrueAsync(async () =>
        {
            await failed.TakeAsync(["shaky"], Keep, CancellationToken.None);
            return !taken.IsEmpty;
        });
        var message = Assert.Single(taken);
        var before = attempts.Count;
        Assert.Equal(("shaky", false, "FailedMessagesTests+Shaky", "photos"), (message.Endpoint, message.Quarantined, message.MessageType, message.Collection));
        Assert.Equal("System.InvalidOperationException", message.ExceptionType);
        Assert.Equal("Not yet.", message.ExceptionMessage);
        Assert.Contains(nameof(ShakyConsumer), message.StackTrace, StringComparison.Ordinal);

        attempts.Works = true;
        await failed.RedriveAsync(message, CancellationToken.None);
        await Eventually.TrueAsync(() => attempts.Done == 1);
        Assert.Equal(before + 1, attempts.Count);

        attempts.Works = false;
        await failed.RedriveAsync(message, CancellationToken.None);
        await Eventually.TrueAsync(() => taken.Count == 2);
        // Three tries a delivery, and two redeliveries: as if it came for the first time.
        Assert.Equal(before + 1 + before, attempts.Count);
    }

    private sealed record Shaky(string Collection, Guid ImageId);

    private sealed class Attempts
    {
        private int _count;
        private int _done;

        public bool Works { get; set; }

        public int Count => _count;

        public int Done => _done;

        public void Try()
        {
            Interlocked.Increment(ref _count);
            if (!Works)
            {
                throw new InvalidOperationException("Not yet.");
            }

            Interlocked.Increment(ref _done);
        }
    }

    private sealed class ShakyConsumer(Attempts attempts) : IConsumer<Shaky>
    {
        public Task Consume(ConsumeContext<Shaky> context)
        {
            attempts.Try();
            return Task.CompletedTask;
        }
    }

    private sealed class ShakyConsumerDefinition() : PipelineConsumerDefinition<ShakyConsumer>("shaky");
}
