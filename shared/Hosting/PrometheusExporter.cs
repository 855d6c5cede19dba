using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Pipeline.Hosting;

/// <summary>Turns what OpenTelemetry collects into one page for Prometheus to scrape.</summary>
[ExportModes(ExportModes.Pull)]
internal sealed class PrometheusExporter : BaseExporter<Metric>, IPullMetricExporter
{
    /// <summary>Set by the reader: collects all metrics and exports them here.</summary>
    public Func<int, bool>? Collect { get; set; }

    /// <summary>The page of the last collection.</summary>
    public string Page { get; private set; } = "";

    public override ExportResult Export(in Batch<Metric> batch)
    {
        var text = new PrometheusText();
        foreach (var metric in batch)
        {
            text.Add(metric);
        }

        Page = text.ToString();
        return ExportResult.Success;
    }
}
