using System.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using Pipeline.Hosting;
using Xunit;

namespace Pipeline.Tests.Unit.Hosting;

public sealed class PrometheusTextTests
{
    [Fact]
    public void Writes_counters_gauges_and_histograms_with_their_suffixes()
    {
        var page = Collect(meter =>
        {
            meter.CreateCounter<long>("images.done", "{image}", "Images\nthat are \\ done").Add(3, new KeyValuePair<string, object?>("stage", "a\"b\\c\nd"));
            meter.CreateUpDownCounter<long>("in.flight").Add(2);
            meter.CreateObservableGauge("queue.size", () => 1.5, "By");
            var duration = meter.CreateHistogram("step.duration", "s", "Time", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
            duration.Record(0.05);
            duration.Record(0.5);
            duration.Record(7);
        });

        Assert.Equal(
            """
            # HELP images_done_total Images\nthat are \\ done
            # TYPE images_done_total counter
            images_done_total{stage="a\"b\\c\nd"} 3
            # HELP in_flight 
            # TYPE in_flight gauge
            in_flight 2
            # HELP queue_size_bytes 
            # TYPE queue_size_bytes gauge
            queue_size_bytes 1.5
            # HELP step_duration_seconds Time
            # TYPE step_duration_seconds histogram
            step_duration_seconds_bucket{le="0.1"} 1
            step_duration_seconds_bucket{le="1"} 2
            step_duration_seconds_bucket{le="+Inf"} 3
            step_duration_seconds_sum 7.55
            step_duration_seconds_count 3

            """,
            page);
    }

    [Fact]
    public void Writes_one_family_where_two_instruments_share_a_name()
    {
        var page = Collect(meter =>
        {
            meter.CreateCounter<long>("hits", null, "Hits").Add(1, new KeyValuePair<string, object?>("from", "a"));
            meter.CreateCounter<double>("hits", null, "Hits").Add(2, new KeyValuePair<string, object?>("from", "b"));
        });

        Assert.Single(page.Split('\n'), line => line == "# TYPE hits_total counter");
        Assert.Contains("hits_total{from=\"a\"} 1\n", page, StringComparison.Ordinal);
        Assert.Contains("hits_total{from=\"b\"} 2\n", page, StringComparison.Ordinal);
    }

    private static string Collect(Action<Meter> record)
    {
        var name = $"test-{Guid.NewGuid():N}";
        using var exporter = new PrometheusExporter();
        using var reader = new BaseExportingMetricReader(exporter);
        using var provider = Sdk.CreateMeterProviderBuilder().AddMeter(name).AddReader(reader).Build();
        using var meter = new Meter(name);
        record(meter);
        Assert.True(exporter.Collect!(10_000));
        return exporter.Page;
    }
}
