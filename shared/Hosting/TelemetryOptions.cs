namespace Pipeline.Hosting;

/// <summary>Where telemetry goes, bound from the section <c>Telemetry</c>.</summary>
public sealed class TelemetryOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Telemetry";

    /// <summary>
    /// An OTLP collector over gRPC, such as <c>http://127.0.0.1:4317</c>; traces and metrics are sent there. Without one
    /// no trace is recorded, and metrics are served at <c>/metrics</c> alone.
    /// </summary>
    public Uri? OtlpEndpoint { get; set; }

    /// <summary>The share of traces that is kept, 0 to 1.</summary>
    public double TraceSampleRatio { get; set; } = 1;
}
