using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Pipeline.Hosting;

/// <summary>The process's OpenTelemetry providers: metrics for /metrics and trace ids always, everything over OTLP where configured.</summary>
internal sealed class Telemetry : IHostedService, IDisposable
{
    private static readonly string[] Meters =
    [
        "Pipeline.*", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime",
    ];

    private const int ScrapeTimeout = 10_000;
    private static readonly string[] Sources = ["Pipeline.*", "MassTransit", "Microsoft.AspNetCore", "System.Net.Http"];
    private readonly StorageMetrics[] _storage;
    private readonly PrometheusExporter _exporter;
    private readonly BaseExportingMetricReader _reader;
    private readonly MeterProvider _metrics;
    private readonly TracerProvider? _traces;
    private readonly ActivityListener _propagation;
    private readonly Lock _gate = new();

    public Telemetry(IOptions<TelemetryOptions> options, ServiceIdentity service, IEnumerable<StorageMetrics> storage)
    {
        // Instruments that are only observed live as long as who observes them.
        _storage = [.. storage];
        _exporter = new PrometheusExporter();
        _reader = new BaseExportingMetricReader(_exporter);
        var metrics = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(Describe)
            .AddMeter(Meters)
            .AddReader(_reader);
        if (options.Value.OtlpEndpoint is { } endpoint)
        {
            metrics.AddOtlpExporter(otlp => Address(otlp, "v1/metrics"));
            _traces = Sdk.CreateTracerProviderBuilder()
                .ConfigureResource(Describe)
                .AddSource(Sources)
                .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(options.Value.TraceSampleRatio)))
                .AddOtlpExporter(otlp => Address(otlp, "v1/traces"))
                .Build();

            // An address set by code is taken as it is: over HTTP the signal's path is ours to add.
            void Address(OtlpExporterOptions otlp, string signal)
            {
                var http = options.Value.OtlpProtocol == OtlpProtocol.Http;
                otlp.Protocol = http ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
                otlp.Endpoint = http ? new Uri($"{endpoint.AbsoluteUri.TrimEnd('/')}/{signal}") : endpoint;
            }
        }

        _metrics = metrics.Build();

        // A span that is not recorded still passes its trace's id on, to the next message and into the logs.
        _propagation = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "MassTransit" or "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.PropagationData,
            SampleUsingParentId = (ref ActivityCreationOptions<string> _) => ActivitySamplingResult.PropagationData,
        };
        ActivitySource.AddActivityListener(_propagation);

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

    // Created at start, with everything it measures, so that nothing is missed before the first scrape.
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _traces?.ForceFlush(5000);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _propagation.Dispose();
        _traces?.Dispose();
        _metrics.Dispose();
        _reader.Dispose();
        _exporter.Dispose();
    }
}
