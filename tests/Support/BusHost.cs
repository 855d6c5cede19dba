using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.Messaging;

namespace Pipeline.Tests.Support;

/// <summary>A process of its own as far as the bus is concerned: a host with consumers, on either transport.</summary>
public sealed class BusHost : IAsyncDisposable
{
    private readonly IHost _host;

    private BusHost(IHost host) => _host = host;

    /// <summary>The host's services.</summary>
    public IServiceProvider Services => _host.Services;

    /// <summary>Short pauses and few retries; a test overrides what it is about.</summary>
    public static Dictionary<string, string?> Settings(Uri? broker = null) => new(StringComparer.OrdinalIgnoreCase)
    {
        ["Messaging:Transport"] = broker is null ? "InMemory" : "RabbitMq",
        ["Messaging:Url"] = broker?.ToString(),
        ["Messaging:RetryCount"] = "2",
        ["Messaging:RetryInterval"] = "00:00:00.020",
        ["Messaging:RedeliveryDelay"] = "00:00:00.300",
        ["Messaging:RedeliveryLimit"] = "2",
        ["Messaging:ProbeInterval"] = "00:00:00.050",
        ["Messaging:MaxProbeInterval"] = "00:00:00.200",
        ["Messaging:StopTimeout"] = "00:00:05",
    };

    /// <summary>Starts a host; returns when its bus is ready.</summary>
    public static async Task<BusHost> StartAsync(Dictionary<string, string?> settings, Action<IServiceCollection> configure, bool waitUntilReady = true)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.ClearProviders();
        if (Environment.GetEnvironmentVariable("PIPELINE_TEST_LOG") is { Length: > 0 })
        {
            builder.Logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Information);
        }

        configure(builder.Services);
        builder.Services.AddPipelineMessaging(builder.Configuration);
        var host = builder.Build();
        await host.StartAsync();
        var started = new BusHost(host);
        if (waitUntilReady)
        {
            var health = await host.Services.GetRequiredService<IBusControl>().WaitForHealthStatus(BusHealthStatus.Healthy, TimeSpan.FromMinutes(3));
            if (health != BusHealthStatus.Healthy)
            {
                await started.DisposeAsync();
                throw new TimeoutException($"The bus is {health} after three minutes.");
            }
        }

        return started;
    }

    /// <summary>Publishes as code outside of consumers does.</summary>
    public async Task PublishAsync<T>(T message, CancellationToken ct = default)
        where T : class
    {
        await using var scope = Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IEventPublisher>().PublishAsync(message, ct);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
