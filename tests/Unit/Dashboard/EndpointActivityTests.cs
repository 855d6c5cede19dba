using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;
using Pipeline.Messaging.Diagnostics;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Unit.Dashboard;

public sealed class EndpointActivityTests
{
    [Fact]
    public async Task Counts_what_the_endpoints_of_its_own_host_did()
    {
        await using var host = await HostAsync();
        await using var other = await HostAsync();
        var activity = host.Services.GetRequiredService<EndpointActivity>();
        var unheard = other.Services.GetRequiredService<EndpointActivity>();
        var bus = host.Services.GetRequiredService<IBus>();
        Assert.Equal(0, Assert.Single(activity.Read()).Done);

        await bus.Publish(new Work(Fails: false));
        await bus.Publish(new Work(Fails: true));
        await Eventually.TrueAsync(() => activity.Read()[0] is { Done: 1, Failed: 1, InFlight: 0 });

        var report = Assert.Single(activity.Read());
        Assert.Equal("activity", report.Endpoint);
        Assert.Equal("work", report.Stage);
        Assert.False(report.Interactive);
        Assert.False(report.Paused);
        // Two retries each time that it is delivered, two redeliveries, then the error queue.
        Assert.Equal(6, report.Retries);
        Assert.Equal(2, report.Redelivered);
        Assert.Equal(4, report.Durations.Sum(duration => duration.Count));
        Assert.Equal(0, Assert.Single(unheard.Read()).Done);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.0001, 0)]
    [InlineData(0.00012, 1)]
    [InlineData(0.0002, 4)]
    [InlineData(1e9, DurationClasses.Count - 1)]
    public void A_duration_is_in_the_class_whose_bounds_hold_it(double seconds, int expected) => Assert.Equal(expected, DurationClasses.Of(seconds));

    [Fact]
    public void A_percentile_of_nothing_is_unknown() => Assert.Null(DurationClasses.Percentile(new long[DurationClasses.Count], 0.5));

    private static Task<BusHost> HostAsync() => BusHost.StartAsync(
        BusHost.Settings(), services => services.AddPipelineConsumers(bus => bus.AddConsumer<WorkConsumer, WorkConsumerDefinition>()));

    private sealed record Work(bool Fails);

    private sealed class WorkConsumer : IConsumer<Work>
    {
        public Task Consume(ConsumeContext<Work> context) =>
            context.Message.Fails ? throw new InvalidOperationException("As asked.") : Task.CompletedTask;
    }

    private sealed class WorkConsumerDefinition() : PipelineConsumerDefinition<WorkConsumer>("activity", stage: "work");
}
