using System.Net;
using System.Text.RegularExpressions;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Hosting;
using Pipeline.Messaging;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Unit.Hosting;

[Collection(AloneCollection.Name)]
public sealed class PipelineHostTests
{
    [Fact]
    public async Task Listens_on_loopback_and_serves_health_and_metrics()
    {
        var warm = false;
        await using var app = await StartAsync(services => services.AddHealthChecks()
            .AddCheck("model", () => Volatile.Read(ref warm) ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("cold"), tags: [PipelineHostExtensions.Ready]));
        var address = new Uri(Assert.Single(app.Urls));
        using var http = new HttpClient { BaseAddress = address };

        Assert.True(address.IsLoopback);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health/live")).StatusCode);
        var cold = await http.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, cold.StatusCode);
        Assert.Contains("\"model\":{\"status\":\"Unhealthy\",\"description\":\"cold\"}", await cold.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        Volatile.Write(ref warm, true);
        var ready = await http.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Contains("masstransit-bus", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_of_the_bus_are_on_the_page()
    {
        var script = new ConsumerScript((_, _) => Task.CompletedTask);
        await using var app = await StartAsync(services => services.AddSingleton(script)
            .AddPipelineConsumers(bus => bus.AddConsumer<ScriptedConsumer, ScriptedConsumerDefinition>()));
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        await using (var scope = app.Services.CreateAsyncScope())
        {
            await scope.ServiceProvider.GetRequiredService<IEventPublisher>().PublishAsync(TestEvents.Cnn());
        }

        await Eventually.TrueAsync(() => script.Done.Count == 1);
        // It is counted after it was consumed.
        var done = new Regex("pipeline_message_duration_seconds_bucket\\{endpoint=\"scripted\",outcome=\"done\",stage=\"hash\",le=\"\\+Inf\"\\} [1-9]");
        await Eventually.TrueAsync(async () => done.IsMatch(await http.GetStringAsync("/metrics")));
        var answer = await http.GetAsync("/metrics");
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Equal("text/plain", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("pipeline_messages_consumed_total{endpoint=\"scripted\",outcome=\"done\",stage=\"hash\"} ", page, StringComparison.Ordinal);
        Assert.Matches("pipeline_message_age_seconds_count\\{endpoint=\"scripted\",stage=\"hash\"\\} [1-9]", page);
        Assert.Contains("pipeline_endpoint_paused{endpoint=\"scripted\"} 0\n", page, StringComparison.Ordinal);
        Assert.Contains("dotnet_gc_collections_total", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_in_the_folder_of_secrets_is_a_setting_and_wins()
    {
        var folder = Directory.CreateTempSubdirectory("secrets-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "Messaging__Password"), "from the file");
            var builder = WebApplication.CreateSlimBuilder([$"--{PipelineHostExtensions.SecretsDirectory}={folder.FullName}", "--Messaging:Password=from the command line"]);
            builder.AddPipelineHost("test");

            Assert.Equal("from the file", builder.Configuration["Messaging:Password"]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("Telemetry:Logs", "Xml")]
    [InlineData("Telemetry:OtlpProtocol", "Telegraph")]
    [InlineData("Telemetry:OtlpProtocol", "7")]
    public void A_format_or_protocol_that_does_not_exist_is_refused(string key, string value)
    {
        var builder = WebApplication.CreateSlimBuilder([$"--{key}={value}"]);
        builder.AddPipelineHost("test");
        using var app = builder.Build();

        Assert.ThrowsAny<Exception>(() => app.Services.GetRequiredService<IOptions<TelemetryOptions>>().Value);
    }

    private static async Task<WebApplication> StartAsync(Action<IServiceCollection> configure)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.AddPipelineHost("test");
        builder.Logging.ClearProviders();
        configure(builder.Services);
        builder.Services.AddPipelineMessaging(builder.Configuration);
        var app = builder.Build();
        app.MapPipelineHost();
        await app.StartAsync();
        return app;
    }
}
