using System.Text.Json.Nodes;

namespace Pipeline.Tests.Support;

/// <summary>What is asked of Prometheus, in dashboards and alerts.</summary>
public static class MonitoringQueries
{
    /// <summary>The expressions of all panels, and the file of alert rules.</summary>
    public static IEnumerable<string> All()
    {
        var infra = Path.Combine(RepositoryRoot.Path, "infra");
        return Directory.GetFiles(Path.Combine(infra, "grafana", "dashboards"), "*.json")
            .Select(file => JsonNode.Parse(File.ReadAllText(file))!)
            .SelectMany(dashboard => dashboard["panels"]!.AsArray())
            .SelectMany(panel => panel!["targets"]?.AsArray() ?? [])
            .Select(target => (string)target!["expr"]!)
            .Append(File.ReadAllText(Path.Combine(infra, "prometheus", "alerts.yml")));
    }
}
