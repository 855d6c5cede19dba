using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Pipeline.Hosting;

/// <summary>
/// Prometheus' text format 0.0.4: families in order of their names, each with one HELP and one TYPE line, names and units
/// as OpenTelemetry's compatibility specification has them.
/// </summary>
internal sealed class PrometheusText
{
    /// <summary>The format's content type.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private static readonly Dictionary<string, string> Units = new(StringComparer.Ordinal)
    {
        ["s"] = "seconds", ["ms"] = "milliseconds", ["us"] = "microseconds", ["ns"] = "nanoseconds", ["By"] = "bytes", ["%"] = "percent",
    };

    // Two instruments may share a name, but a name may have only one family.
    private readonly SortedDictionary<string, StringBuilder> _families = new(StringComparer.Ordinal);

    /// <summary>Adds all points of a metric; exponential histograms, which the format cannot express, are left out.</summary>
    public void Add(Metric metric)
    {
        var type = TypeOf(metric.MetricType);
        if (type is null)
        {
            return;
        }

        var name = NameOf(metric.Name, metric.Unit, type);
        if (!_families.TryGetValue(name, out var lines))
        {
            lines = _families[name] = new StringBuilder();
            lines.Append(CultureInfo.InvariantCulture, $"# HELP {name} {Escape(metric.Description, quotes: false)}\n# TYPE {name} {type}\n");
        }

        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            var labels = LabelsOf(point.Tags);
            switch (metric.MetricType)
            {
                case MetricType.LongSum or MetricType.LongSumNonMonotonic:
                    Sample(lines, name, labels, point.GetSumLong());
                    break;
                case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                    Sample(lines, name, labels, point.GetSumDouble());
                    break;
                case MetricType.LongGauge:
                    Sample(lines, name, labels, point.GetGaugeLastValueLong());
                    break;
                case MetricType.DoubleGauge:
                    Sample(lines, name, labels, point.GetGaugeLastValueDouble());
                    break;
                default:
                    Histogram(lines, name, labels, point);
                    break;
            }
        }
    }

    /// <inheritdoc/>
    public override string ToString() => string.Concat(_families.Values);

    internal static string NameOf(string name, string unit, string type)
    {
        var text = new StringBuilder(name.Length + 16);
        foreach (var character in name)
        {
            text.Append(char.IsAsciiLetterOrDigit(character) || character is ':' or '_' ? character : '_');
        }

        if (char.IsAsciiDigit(text[0]))
        {
            text.Insert(0, '_');
        }

        if (Units.TryGetValue(unit, out var word) && !text.ToString().EndsWith(word, StringComparison.Ordinal))
        {
            text.Append('_').Append(word);
        }

        if (type == "counter" && !text.ToString().EndsWith("_total", StringComparison.Ordinal))
        {
            text.Append("_total");
        }

        return text.ToString();
    }

    internal static string Escape(string text, bool quotes)
    {
        var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }

    private static string? TypeOf(MetricType type) => type switch
    {
        MetricType.LongSum or MetricType.DoubleSum => "counter",
        MetricType.LongSumNonMonotonic or MetricType.DoubleSumNonMonotonic or MetricType.LongGauge or MetricType.DoubleGauge => "gauge",
        MetricType.Histogram => "histogram",
        _ => null,
    };

    private static string LabelsOf(ReadOnlyTagCollection tags)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var tag in tags)
        {
            var value = tag.Value is bool flag ? (flag ? "true" : "false") : Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? "";
            labels[NameOf(tag.Key, "", "").Replace(':', '_')] = Escape(value, quotes: true);
        }

        return string.Join(',', labels.Select(label => $"{label.Key}=\"{label.Value}\""));
    }

    private static void Histogram(StringBuilder lines, string name, string labels, in MetricPoint point)
    {
        var separator = labels.Length == 0 ? "" : ",";
        long below = 0;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            below += bucket.BucketCount;
            Sample(lines, $"{name}_bucket", $"{labels}{separator}le=\"{Number(bucket.ExplicitBound)}\"", below);
        }

        Sample(lines, $"{name}_sum", labels, point.GetHistogramSum());
        Sample(lines, $"{name}_count", labels, point.GetHistogramCount());
    }

    private static void Sample(StringBuilder lines, string name, string labels, double value)
    {
        lines.Append(name);
        if (labels.Length > 0)
        {
            lines.Append('{').Append(labels).Append('}');
        }

        lines.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };
}
