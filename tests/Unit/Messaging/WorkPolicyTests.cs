using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Unit.Messaging;

/// <summary>The policy of work endpoints on the in-memory transport; tests/Integration has the same on RabbitMQ.</summary>
public sealed class WorkPolicyTests
{
    [Fact]
    public async Task Retries_a_transient_error_in_process()
    {
        var script = new ConsumerScript((_, attempt) => attempt < 3 ? throw new TimeoutException("busy") : Task.CompletedTask);
        await using var host = await StartAsync(script);

        await host.PublishAsync(TestEvents.Cnn());

        await Eventually.TrueAsync(() => script.Done.Count == 1);
        Assert.Equal(3, script.TotalAttempts);
    }

    [Fact]
    public async Task Redelivers_later_what_retries_did_not_help()
    {
        var script = new ConsumerScript((_, attempt) => attempt < 5 ? throw new TimeoutException("busy") : Task.CompletedTask);
        await using var host = await StartAsync(script);
        var started = DateTime.UtcNow;

        await host.PublishAsync(TestEvents.Cnn());

        await Eventually.TrueAsync(() => script.Done.Count == 1);
        Assert.Equal(5, script.TotalAttempts);
        Assert.True(DateTime.UtcNow - started > TimeSpan.FromMilliseconds(300), "The second delivery did not wait for its delay.");
    }

    [Fact]
    public async Task Sends_to_the_error_queue_what_no_redelivery_helped()
    {
        var script = new ConsumerScript((_, _) => throw new TimeoutException("always busy"));
        var errors = new Probe<CnnExtracted>();
        await using var host = await StartAsync(script, configure: services => services
            .AddSingleton(errors)
            .AddPipelineConsumers(bus => bus.AddConsumer<ProbeConsumer<CnnExtracted>>().Endpoint(endpoint =>
            {
                endpoint.Name = "scripted_error";
                endpoint.ConfigureConsumeTopology = false;
            })));

        await host.PublishAsync(TestEvents.Cnn());

        await errors.WaitAsync(1);
        // Two redeliveries, each with two retries.
        Assert.Equal(9, script.TotalAttempts);
        Assert.Contains("always busy", errors.Contexts[0].ReceiveContext.TransportHeaders.Get<string>(MessageHeaders.FaultMessage), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rejects_a_permanent_error_at_once_and_names_the_image()
    {
        var script = new ConsumerScript((_, _) => throw new PermanentException(RejectionReasons.CorruptImage, "truncated"));
        await using var host = await StartAsync(script);
        var message = TestEvents.Cnn();

        await host.PublishAsync(message);

        var rejected = Assert.Single(await host.Services.GetRequiredService<Probe<ImageRejected>>().WaitAsync(1));
        Assert.Equal(
            new ImageRejected
            {
                Collection = message.Collection,
                Tenant = message.Tenant,
                ImageId = message.ImageId,
                CorrelationId = message.CorrelationId,
                Incarnation = message.Incarnation,
                Stage = "hash",
                Reason = RejectionReasons.CorruptImage,
                Detail = "truncated",
            },
            rejected);
        Assert.Equal(1, script.TotalAttempts);
    }

    [Fact]
    public async Task Asks_classifiers_about_inner_exceptions_too()
    {
        var script = new ConsumerScript((_, _) => throw new InvalidOperationException("outer", new InvalidDataException("not an image")));
        await using var host = await StartAsync(script, classifier: e =>
            e is InvalidDataException ? new ErrorClass.Permanent(RejectionReasons.UnsupportedFormat, e.Message) : null);

        await host.PublishAsync(TestEvents.Cnn());

        var rejected = Assert.Single(await host.Services.GetRequiredService<Probe<ImageRejected>>().WaitAsync(1));
        Assert.Equal((RejectionReasons.UnsupportedFormat, "not an image"), (rejected.Reason, rejected.Detail));
    }

    [Fact]
    public async Task Refuses_an_event_of_an_unknown_schema_version()
    {
        var script = new ConsumerScript((_, _) => Task.CompletedTask);
        await using var host = await StartAsync(script);

        await host.PublishAsync(TestEvents.Cnn() with { SchemaVersion = 2 });

        var rejected = Assert.Single(await host.Services.GetRequiredService<Probe<ImageRejected>>().WaitAsync(1));
        Assert.Equal(RejectionReasons.UnknownSchemaVersion, rejected.Reason);
        Assert.Equal(0, script.TotalAttempts);
    }

    [Fact]
    public async Task Treats_a_cancelled_call_of_a_consumer_as_a_transient_error()
    {
        var script = new ConsumerScript((_, attempt) => attempt == 1 ? throw new TaskCanceledException("an HTTP time-out") : Task.CompletedTask);
        await using var host = await StartAsync(script);

        await host.PublishAsync(TestEvents.Cnn());

        await Eventually.TrueAsync(() => script.Done.Count == 1);
        Assert.Equal(2, script.TotalAttempts);
    }

    [Fact]
    public async Task Keeps_the_conversation_of_what_a_consumer_publishes()
    {
        var script = new ConsumerScript((_, _) => Task.CompletedTask);
        var deleted = new Probe<ImageDeleted>();
        var cnn = new Probe<CnnExtracted>();
        await using var host = await StartAsync(script, configure: services => services
            .AddSingleton(deleted).AddSingleton(cnn)
            .AddPipelineConsumers(bus =>
            {
                bus.AddConsumer<ProbeConsumer<ImageDeleted>>();
                bus.AddConsumer<ProbeConsumer<CnnExtracted>>();
                bus.AddConsumer<PublishingConsumer, PublishingConsumerDefinition>();
            }));

        await host.PublishAsync(TestEvents.Cnn());

        await cnn.WaitAsync(1);
        await deleted.WaitAsync(1);
        Assert.Equal(cnn.Contexts[0].ConversationId, deleted.Contexts[0].ConversationId);
        Assert.Equal(new Uri("loopback://localhost/publishing"), deleted.Contexts[0].SourceAddress);
    }

    internal static Task<BusHost> StartAsync(
        ConsumerScript script, Func<Exception, ErrorClass?>? classifier = null, Action<IServiceCollection>? configure = null, Dictionary<string, string?>? settings = null) =>
        BusHost.StartAsync(settings ?? BusHost.Settings(), services =>
        {
            services.AddSingleton(script).AddSingleton(new Probe<ImageRejected>());
            if (classifier is not null)
            {
                services.AddSingleton<IErrorClassifier>(new LambdaClassifier(classifier));
            }

            services.AddPipelineConsumers(bus =>
            {
                bus.AddConsumer<ScriptedConsumer, ScriptedConsumerDefinition>();
                bus.AddConsumer<ProbeConsumer<ImageRejected>>();
            });
            configure?.Invoke(services);
        });

    internal sealed class PublishingConsumer(IEventPublisher publisher) : IConsumer<CnnExtracted>
    {
        public Task Consume(ConsumeContext<CnnExtracted> context) =>
            publisher.PublishAsync(new ImageDeleted { Collection = context.Message.Collection, ImageId = context.Message.ImageId });
    }

    internal sealed class PublishingConsumerDefinition() : PipelineConsumerDefinition<PublishingConsumer>("publishing");
}
