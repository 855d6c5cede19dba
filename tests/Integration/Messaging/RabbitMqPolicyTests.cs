using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;
using Pipeline.Tests.Support;
using RabbitMQ.Client;
using Xunit;

namespace Pipeline.Tests.Integration.Messaging;

/// <summary>The policy of work endpoints on a real broker.</summary>
[Collection(SharedServers.Messaging)]
public sealed class RabbitMqPolicyTests(SharedServers servers)
{
    [Fact]
    public async Task A_transient_error_is_retried_then_redelivered_by_the_retry_queue_then_kept_in_the_error_queue()
    {
        await using var virtualHost = await (await servers.RabbitMqAsync()).CreateVirtualHostAsync();
        var script = new ConsumerScript((_, _) => throw new TimeoutException("always busy"));
        await using var host = await StartAsync(virtualHost, script);
        var started = DateTime.UtcNow;

        await host.PublishAsync(TestEvents.Cnn());

        // The copy is in the error queue before the message itself is acknowledged.
        var queues = await virtualHost.WaitForQueuesAsync(
            all => all.Any(queue => queue is { Name: "scripted_error", Ready: 1 }) && all.All(queue => queue.Name == "scripted_error" || queue.Total == 0),
            TimeSpan.FromSeconds(30));
        Assert.Equal(9, script.TotalAttempts);
        Assert.True(DateTime.UtcNow - started > TimeSpan.FromMilliseconds(600), "Two redeliveries of 300 ms came too fast.");
        Assert.All(queues.Where(queue => queue.Name.StartsWith("scripted", StringComparison.Ordinal)), queue => Assert.Equal("quorum", queue.Type));
        Assert.Superset(new HashSet<string>(["scripted", "scripted_retry", "scripted_quarantine"]), queues.Select(queue => queue.Name).ToHashSet());
        var error = await GetAsync(virtualHost, "scripted_error");
        Assert.Contains("always busy", Encoding.UTF8.GetString((byte[])error!.BasicProperties.Headers!["MT-Fault-Message"]!), StringComparison.Ordinal);

        // Put back by an operator as it is, it has all its tries again.
        await using var connection = await new ConnectionFactory { Uri = virtualHost.AmqpUri }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await channel.BasicPublishAsync("", "scripted", mandatory: true, new BasicProperties(error.BasicProperties), error.Body);
        await Eventually.TrueAsync(() => script.TotalAttempts >= 18);
        await virtualHost.WaitForQueuesAsync(all => all.Any(queue => queue is { Name: "scripted_error", Ready: 1 }), TimeSpan.FromSeconds(30));
        Assert.Equal(18, script.TotalAttempts);
    }

    [Fact]
    public async Task A_permanent_error_becomes_ImageRejected_and_leaves_nothing_behind()
    {
        await using var virtualHost = await (await servers.RabbitMqAsync()).CreateVirtualHostAsync();
        var script = new ConsumerScript((_, _) => throw new PermanentException(RejectionReasons.CorruptImage, "truncated"));
        await using var host = await StartAsync(virtualHost, script);
        var message = TestEvents.Cnn();

        await host.PublishAsync(message);

        var rejected = Assert.Single(await host.Services.GetRequiredService<Probe<ImageRejected>>().WaitAsync(1));
        Assert.Equal((message.ImageId, message.CorrelationId, "hash", RejectionReasons.CorruptImage), (rejected.ImageId, rejected.CorrelationId, rejected.Stage, rejected.Reason));
        await virtualHost.WaitForQueuesAsync(all => all.All(queue => queue.Total == 0), TimeSpan.FromSeconds(10));
        Assert.Equal(1, script.TotalAttempts);
    }

    [Fact]
    public async Task Nothing_is_lost_while_a_dependency_is_away()
    {
        await using var virtualHost = await (await servers.RabbitMqAsync()).CreateVirtualHostAsync();
        var away = true;
        var script = new ConsumerScript((_, _) => Volatile.Read(ref away) ? throw new IOException("no connection") : Task.CompletedTask);
        await using var host = await StartAsync(virtualHost, script, exception => exception is IOException ? new ErrorClass.DependencyDown("redis") : null);
        var messages = Enumerable.Range(0, 50).Select(_ => TestEvents.Cnn()).ToArray();

        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(messages.Select(message => host.PublishAsync(message)));
        await Task.Delay(2000);
        await Eventually.TrueAsync(() => script.TotalAttempts > 0);
        // Those that were under way when it went, and then one probe at a time: as many as the time that really passed has intervals.
        var attempts = script.TotalAttempts;
        Assert.InRange(attempts, 1, 8 + (int)(Stopwatch.GetElapsedTime(started) / TimeSpan.FromMilliseconds(50)));
        Assert.Empty(script.Done);
        Volatile.Write(ref away, false);

        await Eventually.TrueAsync(() => script.Done.Count >= messages.Length);
        Assert.Equal(messages.Select(message => message.ImageId).Order(), script.Done.Order());
        await virtualHost.WaitForQueuesAsync(all => all.All(queue => queue.Total == 0), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_message_that_kills_its_worker_ends_in_quarantine_and_its_neighbours_do_not()
    {
        var broker = await servers.RabbitMqAsync();
        await using var virtualHost = await broker.CreateVirtualHostAsync();
        using var management = new HttpClient { BaseAddress = broker.ManagementUri };
        management.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{broker.User}:{broker.Password}")));
        var settings = BusHost.Settings(virtualHost.AmqpUri);
        settings["Messaging:DeliveryLimit"] = "3";
        var good = Enumerable.Range(0, 10).Select(_ => TestEvents.Cnn()).ToArray();
        var poison = Guid.NewGuid();
        await using (var publisher = await BusHost.StartAsync(settings, services => services.AddPipelineRoute<CnnExtracted>("scripted")))
        {
            foreach (var message in good.Prepend(TestEvents.Cnn(poison)))
            {
                await publisher.PublishAsync(message);
            }
        }

        var deaths = 0;
        // The broker sees of a worker's death that its connection is gone with messages unacknowledged.
        var script = new ConsumerScript(async (context, _) =>
        {
            if (context.Message.ImageId == poison)
            {
                Interlocked.Increment(ref deaths);
                await CloseConnectionsAsync(management, virtualHost.Name);
                await Task.Delay(TimeSpan.FromSeconds(3), CancellationToken.None);
            }
        });
        await using var host = await StartAsync(virtualHost, script, settings: settings);

        await virtualHost.WaitForQueuesAsync(
            all => all.Any(queue => queue is { Name: "scripted_quarantine", Ready: 1 }) && all.All(queue => queue.Name != "scripted" || queue.Total == 0),
            TimeSpan.FromSeconds(90));
        Assert.InRange(deaths, 3, 6);
        Assert.Superset(good.Select(message => message.ImageId).ToHashSet(), script.Done.ToHashSet());
        var body = Encoding.UTF8.GetString((await GetAsync(virtualHost, "scripted_quarantine"))!.Body.Span);
        Assert.Contains(poison.ToString(), body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_published_before_its_endpoint_ever_ran_waits_for_it()
    {
        await using var virtualHost = await (await servers.RabbitMqAsync()).CreateVirtualHostAsync();
        await using (var publisher = await BusHost.StartAsync(
            BusHost.Settings(virtualHost.AmqpUri), services => services.AddPipelineRoute<CnnExtracted>("scripted")))
        {
            await publisher.PublishAsync(TestEvents.Cnn());
        }

        var script = new ConsumerScript((_, _) => Task.CompletedTask);
        await using var host = await StartAsync(virtualHost, script);

        await Eventually.TrueAsync(() => !script.Done.IsEmpty);
    }

    internal static Task<BusHost> StartAsync(
        RabbitMqVirtualHost virtualHost, ConsumerScript script, Func<Exception, ErrorClass?>? classifier = null, Dictionary<string, string?>? settings = null) =>
        BusHost.StartAsync(settings ?? BusHost.Settings(virtualHost.AmqpUri), services =>
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
        });

    private static async Task CloseConnectionsAsync(HttpClient management, string virtualHost)
    {
        for (var closed = 0; closed == 0; await Task.Delay(100))
        {
            foreach (var connection in (await management.GetFromJsonAsync<JsonArray>($"api/vhosts/{virtualHost}/connections"))!)
            {
                using var answer = await management.DeleteAsync(new Uri($"api/connections/{Uri.EscapeDataString((string)connection!["name"]!)}", UriKind.Relative));
                closed += answer.IsSuccessStatusCode ? 1 : 0;
            }
        }
    }

    private static async Task<BasicGetResult?> GetAsync(RabbitMqVirtualHost virtualHost, string queue)
    {
        await using var connection = await new ConnectionFactory { Uri = virtualHost.AmqpUri }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        return await channel.BasicGetAsync(queue, autoAck: true);
    }
}
