namespace Pipeline.Hosting;

/// <summary>How log lines are written.</summary>
public enum LogFormat
{
    /// <summary>A line of text, for people.</summary>
    Text,

    /// <summary>A JSON object a line, its scopes (trace, image, correlation) as fields, for log stores.</summary>
    Json,
}

/// <summary>How telemetry travels to the collector.</summary>
public enum OtlpProtocol
{
    /// <summary>gRPC, usually on port 4317.</summary>
    Grpc,

    /// <summary>Protobuf over HTTP, usually on port 4318; signals are posted below the endpoint's path, at <c>v1/traces</c> and <c>v1/metrics</c>.</summary>
    Http,
}

/// <summary>Where telemetry goes, bound from the section <c>Telemetry</c>.</summary>
public sealed class TelemetryOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Telemetry";

    /// <summary>
    /// An OTLP collector, such as <c>http://127.0.0.1:4317</c>; traces and metrics are sent there. Without one no trace is
    /// recorded, though its id still goes from message to message and into the logs, and metrics are served at <c>/metrics</c> alone.
    /// </summary>
    public Uri? OtlpEndpoint { get; set; }

    /// <summary>What the collector speaks.</summary>
    public OtlpProtocol OtlpProtocol { get; set; } = OtlpProtocol.Grpc;

    /// <summary>The format of the log on standard output, unless <c>Logging:Console:FormatterName</c> names another formatter.</summary>
    public LogFormat Logs { get; set; } = LogFormat.Text;

    /// <summary>The share of traces that is kept, 0 to 1.</summary>
    public double TraceSampleRatio { get; set; } = 1;
}
