using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Pipeline.Hosting;

/// <summary>What every process of the pipeline has in common: logs, telemetry, health, loopback, an orderly end.</summary>
public static class PipelineHostExtensions
{
    /// <summary>Tag of health checks that decide about <c>/health/ready</c>.</summary>
    public const string Ready = "ready";

    /// <summary>
    /// Setting that names a folder of secrets, such as <c>/run/secrets</c>: each file is a setting, its name the key with <c>__</c> for <c>:</c>.
    /// What stands there wins over environment and command line. The folder must exist.
    /// </summary>
    public const string SecretsDirectory = "SecretsDirectory";

    private static readonly string[] AddressSettings = ["urls", "http_ports", "https_ports"];

    /// <summary>
    /// Adds logging, telemetry and health checks. Called once per process, however many services it holds; they add their
    /// checks by <c>AddHealthChecks().AddCheck(…, tags: [PipelineHostExtensions.Ready])</c>.
    /// </summary>
    /// <param name="builder">The process's builder.</param>
    /// <param name="serviceName">Its name in telemetry, such as <c>sift-extraction</c>.</param>
    /// <param name="defaultUrl">Where it listens unless configured (<c>--urls</c>, ASPNETCORE_URLS, Kestrel's section).</param>
    public static WebApplicationBuilder AddPipelineHost(
        this WebApplicationBuilder builder, string serviceName, string defaultUrl = "http://127.0.0.1:0")
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(serviceName);
        if (builder.Configuration[SecretsDirectory] is { Length: > 0 } secrets)
        {
            // A file per setting, such as Messaging__Password: what is secret need not be in the environment.
            builder.Configuration.AddKeyPerFile(secrets, optional: false);
        }

        if (!IsAddressConfigured(builder.Configuration))
        {
            // Workers are asked for health and metrics by their own machine; who wants more says so.
            builder.WebHost.UseUrls(defaultUrl);
        }

        ConfigureLogging(builder);
        builder.Services.AddOptions<TelemetryOptions>().Bind(builder.Configuration.GetSection(TelemetryOptions.Section)).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<TelemetryOptions>, TelemetryOptionsValidator>();
        builder.Services.AddSingleton(new ServiceIdentity(serviceName));
        builder.Services.AddSingleton<Telemetry>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<Telemetry>());
        builder.Services.AddHealthChecks();

        // Longer than the bus waits for the messages it has begun: consumption ends first, the process last.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(60));
        return builder;
    }

    /// <summary>Maps <c>/health/live</c>, <c>/health/ready</c> and <c>/metrics</c>.</summary>
    public static WebApplication MapPipelineHost(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/health/ready", new HealthCheckOptions
        {
            Predicate = check => check.Tags.Contains(Ready),
            // Degraded means that part of the bus is not connected: work would not be taken.
            ResultStatusCodes = { [HealthStatus.Degraded] = StatusCodes.Status503ServiceUnavailable },
            ResponseWriter = WriteAsync,
        });
        app.MapGet("/metrics", (Telemetry telemetry) => Results.Text(telemetry.Scrape(), PrometheusText.ContentType)).ExcludeFromDescription();
        return app;
    }

    private static bool IsAddressConfigured(ConfigurationManager configuration) =>
        AddressSettings.Any(key => !string.IsNullOrEmpty(configuration[key]))
        || configuration.GetSection("Kestrel:Endpoints").Exists();

    private static void ConfigureLogging(WebApplicationBuilder builder)
    {
        builder.Logging.Configure(logging => logging.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
        if (!string.IsNullOrEmpty(builder.Configuration["Logging:Console:FormatterName"]))
        {
            return;
        }

        // Anything else that is no format is refused with the other options, at start.
        if (Enum.TryParse<LogFormat>(builder.Configuration[$"{TelemetryOptions.Section}:{nameof(TelemetryOptions.Logs)}"], ignoreCase: true, out var format)
            && format == LogFormat.Json)
        {
            builder.Logging.AddJsonConsole(console =>
            {
                console.IncludeScopes = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
            });
        }
        else
        {
            builder.Logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.IncludeScopes = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            });
        }
    }

    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.WriteAsync(JsonSerializer.Serialize(new
        {
            status = report.Status.ToString(),
            checks = report.Entries.ToDictionary(
                entry => entry.Key,
                entry => new { status = entry.Value.Status.ToString(), description = entry.Value.Description }),
        }));
    }
}
