using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Messaging;
using Pipeline.Messaging.Diagnostics;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Unit.Messaging;

public sealed class DependencyCircuitTests
{
    private sealed class RedisAwayException() : Exception("no connection");

    private static ErrorClass? Classify(Exception exception) => exception is RedisAwayException ? new ErrorClass.DependencyDown("redis") : null;

    [Fact]
    public async Task Pauses_while_a_dependency_is_away_and_then_loses_nothing()
    {
        var away = true;
        var script = new ConsumerScript((_, _) => Volatile.Read(ref away) ? throw new RedisAwayException() : Task.CompletedTask);
        await using var host = await WorkPolicyTests.StartAsync(script, Classify);
        var messages = Enumerable.Range(0, 40).Select(_ => TestEvents.Cnn()).ToArray();
        var started = Stopwatch.GetTimestamp();

        foreach (var message in messages)
        {
            await host.PublishAsync(message);
        }

        await Eventually.TrueAsync(() => script.TotalAttempts > 4);
        Assert.Equal(1, Paused(host));
        await Task.Delay(1000);
        // Four were under way when it went; since then one probe at a time, after 50 ms at least: as many as fit into the time that really passed.
        var attempts = script.TotalAttempts;
        Assert.InRange(attempts, 5, 8 + (int)(Stopwatch.GetElapsedTime(started) / TimeSpan.FromMilliseconds(50)));
        Volatile.Write(ref away, false);

        await Eventually.TrueAsync(() => script.Done.Count >= messages.Length);
        Assert.Equal(messages.Select(message => message.ImageId).Order(), script.Done.Order());
        Assert.Equal(0, Paused(host));
    }

    [Fact]
    public async Task Hands_a_message_held_too_long_to_the_retry_queue_without_counting_it()
    {
        var away = true;
        var script = new ConsumerScript((_, _) => Volatile.Read(ref away) ? throw new RedisAwayException() : Task.CompletedTask);
        var settings = BusHost.Settings();
        settings["Messaging:MaxHold"] = "00:00:00.200";
        settings["Messaging:RedeliveryDelay"] = "00:00:00.100";
        settings["Messaging:RedeliveryLimit"] = "0";
        await using var host = await WorkPolicyTests.StartAsync(script, Classify, settings: settings);

        await host.PublishAsync(TestEvents.Cnn());
        await Task.Delay(2000);
        Volatile.Write(ref away, false);

        await Eventually.TrueAsync(() => script.Done.Count == 1);
    }

    [Fact]
    public async Task Still_rejects_a_bad_message_while_the_dependency_is_away()
    {
        var bad = Guid.NewGuid();
        var script = new ConsumerScript((context, _) => context.Message.ImageId == bad
            ? throw new PermanentException("corrupt-image", "bad")
            : throw new RedisAwayException());
        await using var host = await WorkPolicyTests.StartAsync(script, Classify);

        await host.PublishAsync(TestEvents.Cnn());
        await Eventually.TrueAsync(() => Paused(host) == 1);
        await host.PublishAsync(TestEvents.Cnn(bad));

        var rejected = Assert.Single(await host.Services.GetRequiredService<Probe<Pipeline.Contracts.Events.ImageRejected>>().WaitAsync(1));
        Assert.Equal(bad, rejected.ImageId);
        Assert.Equal(1, Paused(host));
    }

    private static int Paused(BusHost host)
    {
        var paused = -1;
        var meters = host.Services.GetRequiredService<IMeterFactory>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == MessagingMetrics.MeterName && ReferenceEquals(instrument.Meter.Scope, meters) && instrument.Name == "pipeline.endpoint.paused")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<int>((_, value, tags, _) =>
        {
            if (Equals(tags[0].Value, "scripted"))
            {
                paused = value;
            }
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return paused;
    }
}
