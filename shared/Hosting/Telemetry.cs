using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Pipeline.Hosting;

/// <summary>The process's OpenTelemetry providers: metrics for /metrics always, everything over OTLP where configured.</summary>
internal sealed class Telemetry : IHostedService, IDisposable
{
    private static readonly string[] Meters =
    [
        "Pipeline.*", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime",
    ];

    private const int ScrapeTimeout = 10_000;
    private static readonly string[] Sources = ["Pipeline.*", "MassTransit", "Microsoft.AspNetCore", "System.Net.Http"];
    private readonly PrometheusExporter _exporter;
    private readonly BaseExportingMetricReader _reader;
    private readonly MeterProvider _metrics;
    private readonly TracerProvider? _traces;
    private readonly Lock _gate = new();

    public Telemetry(IOptions<TelemetryOptions> options, ServiceIdentity service)
    {
        _exporter = new PrometheusExporter();
        _reader = new BaseExportingMetricReader(_exporter);
        var metrics = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(Describe)
            .AddMeter(Meters)
            .AddReader(_reader);
        if (options.Value.OtlpEndpoint is { } endpoint)
        {
            metrics.AddOtlpExporter(otlp => otlp.Endpoint = endpoint);
            _traces = Sdk.CreateTracerProviderBuilder()
                .ConfigureResource(Describe)
                .AddSource(Sources)
                .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(options.Value.TraceSampleRatio)))
                .AddOtlpExporter(otlp => otlp.Endpoint = endpoint)
                .Build();
        }

        _metrics = metrics.Build();

        void Describe(ResourceBuilder resource) => resource.AddService(service.Name, "pipeline", serviceInstanceId: $"{Environment.MachineName}:{Environment.ProcessId}");
    }

    /// <summary>All metrics now, in Prometheus' text format.</summary>
    public string Scrape()
    {
        // The exporter keeps one page; scrapes take turns.
        lock (_gate)
        {
            return _exporter.Collect!(ScrapeTimeout) ? _exporter.Page : throw new TimeoutException("The metrics were not collected in time.");
        }
    }

    // Created at start, so that nothing is missed before the first scrape.
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _traces?.ForceFlush(5000);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _traces?.Dispose();
        _metrics.Dispose();
        _reader.Dispose();
        _exporter.Dispose();
    }
}
