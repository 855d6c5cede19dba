using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Hosting;
using Pipeline.Onnx;
using Pipeline.Standalone;
using Pipeline.Tests.Support;
using Pipeline.VectorIndex;
using Xunit;

namespace Pipeline.Tests.Unit.Operations;

/// <summary>Alert rules fire when they should, and ask for nothing that no service exports.</summary>
public sealed partial class MonitoringTests
{
    private static readonly string Infra = Path.Combine(RepositoryRoot.Path, "infra");

    [PromtoolFact]
    public async Task Alerts_fire_when_they_should_and_not_before()
    {
        var result = await Script.RunAsync("promtool check rules infra/prometheus/alerts.yml && promtool test rules infra/prometheus/alerts.test.yml");

        Assert.True(result.ExitCode == 0, result.Output + result.Error);
    }

    [PromtoolFact]
    public async Task Prometheus_reads_its_configuration()
    {
        var result = await Script.RunAsync("promtool check config --syntax-only infra/prometheus/prometheus.yml");

        Assert.True(result.ExitCode == 0, result.Output + result.Error);
    }

    [Fact]
    public void Every_alert_is_tested_and_explained()
    {
        var alerts = AlertName().Matches(File.ReadAllText(Path.Combine(Infra, "prometheus", "alerts.yml"))).Select(match => match.Groups[1].Value).ToArray();
        var tests = File.ReadAllText(Path.Combine(Infra, "prometheus", "alerts.test.yml"));
        var guide = File.ReadAllText(Path.Combine(Infra, "OPERATIONS.md"));

        Assert.NotEmpty(alerts);
        Assert.All(alerts, alert => Assert.Contains($"alertname: {alert}\n", tests, StringComparison.Ordinal));
        Assert.All(alerts, alert => Assert.Contains($"`{alert}`", guide, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Dashboards_and_alerts_ask_for_metrics_that_services_export()
    {
        var exported = await ExportedAsync();
        var expressions = MonitoringQueries.All().ToArray();

        var asked = expressions.SelectMany(expression => MetricName().Matches(expression)).Select(match => match.Value).Distinct().ToArray();

        Assert.True(asked.Length > 15, "Hardly anything is asked for.");
        Assert.All(asked, name => Assert.Contains(Suffix().Replace(name, ""), exported));
    }

    [Fact]
    public void Dashboards_show_something_of_the_provisioned_source()
    {
        var source = File.ReadAllText(Path.Combine(Infra, "grafana", "provisioning", "datasources", "prometheus.yml"));
        foreach (var dashboard in Dashboards())
        {
            var panels = dashboard["panels"]!.AsArray();
            Assert.Equal(panels.Count, panels.Select(panel => (int)panel!["id"]!).Distinct().Count());
            foreach (var panel in panels.Where(panel => (string?)panel!["type"] != "row"))
            {
                Assert.Contains($"uid: {(string)panel!["datasource"]!["uid"]!},", source, StringComparison.Ordinal);
                Assert.NotEmpty(panel["targets"]!.AsArray());
            }
        }
    }

    private static IEnumerable<JsonNode> Dashboards() =>
        Directory.GetFiles(Path.Combine(Infra, "grafana", "dashboards"), "*.json").Select(file => JsonNode.Parse(File.ReadAllText(file))!);

    /// <summary>The families of all instruments of ours, whether anything has been measured yet or not.</summary>
    private static async Task<HashSet<string>> ExportedAsync()
    {
        var folder = Directory.CreateTempSubdirectory("metrics-");
        try
        {
            IServiceCollection? services = null;
            await using var host = StandaloneHost.Build([$"--Storage:Blobs:Root={folder.FullName}", "--Index:Provider=Qdrant"], builder => services = builder.Services);
            foreach (var metrics in services!.Select(service => service.ServiceType).Where(IsMetrics).Distinct())
            {
                host.Services.GetRequiredService(metrics);
            }

            host.Services.GetRequiredService<IVectorIndex>();
            RuntimeHelpers.RunClassConstructor(typeof(InferenceMetrics).TypeHandle);
            var names = new HashSet<string>(StringComparer.Ordinal);
            using var listener = new MeterListener();
            listener.InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name.StartsWith("Pipeline.", StringComparison.Ordinal))
                {
                    names.Add(PrometheusText.NameOf(instrument.Name, instrument.Unit ?? "", TypeOf(instrument)));
                }
            };
            listener.Start();
            return names;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static bool IsMetrics(Type type) =>
        type.Name.EndsWith("Metrics", StringComparison.Ordinal) && type.Namespace?.StartsWith("Pipeline", StringComparison.Ordinal) == true;

    private static string TypeOf(Instrument instrument) => instrument.GetType().Name switch
    {
        "Counter`1" or "ObservableCounter`1" => "counter",
        "Histogram`1" => "histogram",
        _ => "gauge",
    };

    [GeneratedRegex(@"\bpipeline_[a-z_]+")]
    private static partial Regex MetricName();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex Suffix();

    [GeneratedRegex(@"alert: (\w+)")]
    private static partial Regex AlertName();
}
