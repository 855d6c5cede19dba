using System.Security.Cryptography;
using System.Text;
using MassTransit;

namespace Pipeline.Dashboard.Live;

/// <summary>
/// All figures of the pipeline's page as texts by name. The page is made of them and kept up to date by them, so that both say the same
/// and the browser only puts texts in places.
/// </summary>
internal sealed class LiveFigures(PipelineMonitor monitor, IBusControl bus)
{
    /// <summary>The figures now, together with what they were made of.</summary>
    public LiveView Read()
    {
        var isConnected = bus.CheckHealth().Status == BusHealthStatus.Healthy;
        EndpointFigures[] stages = [.. FlowStage.All.Select(stage => Known(monitor.Stage(stage), isConnected))];
        EndpointFigures[] endpoints = [.. monitor.Endpoints().Select(endpoint => Known(endpoint, isConnected))];
        var processes = monitor.Processes();
        var texts = new Dictionary<string, string>(StringComparer.Ordinal) { ["bus"] = isConnected ? "connected" : "away" };
        foreach (var stage in stages)
        {
            Add(texts, $"s.{stage.Name}", stage);
        }

        foreach (var endpoint in endpoints)
        {
            Add(texts, $"e.{endpoint.Name}", endpoint);
        }

        return new LiveView(isConnected, stages, endpoints, processes, texts, ShapeOf(endpoints, processes));
    }

    // Where no report can arrive, silence says nothing.
    private static EndpointFigures Known(EndpointFigures figures, bool isConnected) => isConnected
        ? figures
        : figures with { State = StageState.Unknown, SilentSince = null, Rate = null, InFlight = null, Age = null, Processes = 0 };

    private static void Add(Dictionary<string, string> texts, string name, EndpointFigures figures)
    {
        texts[$"{name}.state"] = figures.State.ToString().ToLowerInvariant();
        texts[$"{name}.statename"] = Texts.Live.StateName(figures.State);
        texts[$"{name}.detail"] = figures switch
        {
            { State: StageState.Down, SilentSince: { } since } => Texts.Live.Down(figures.Stopped, FigureText.Time(since)),
            { State: StageState.Paused } => Texts.Live.WaitsFor(figures.WaitsFor),
            _ => "",
        };
        texts[$"{name}.rate"] = FigureText.Rate(figures.Rate);
        texts[$"{name}.inflight"] = FigureText.Count(figures.InFlight);
        texts[$"{name}.queued"] = FigureText.Count(figures.Queued);
        texts[$"{name}.age"] = FigureText.Duration(figures.Age);
        texts[$"{name}.p50"] = FigureText.Duration(figures.P50);
        texts[$"{name}.p95"] = FigureText.Duration(figures.P95);
        texts[$"{name}.retries"] = FigureText.Count(figures.Retries);
        texts[$"{name}.rejected"] = FigureText.Count(figures.Rejected);
        texts[$"{name}.failed"] = FigureText.Count(figures.Failed);
        texts[$"{name}.retry"] = FigureText.Count(figures.InRetry);
        texts[$"{name}.error"] = FigureText.Count(figures.InError);
        texts[$"{name}.quarantine"] = FigureText.Count(figures.InQuarantine);
        texts[$"{name}.workers"] = FigureText.Count(figures.Processes);
        texts[$"{name}.line"] = FigureText.Sparkline(figures.History);
    }

    // What rows the page has: when it changes, the page is loaded anew. Equal in every process of the dashboard that knows the same.
    private static string ShapeOf(EndpointFigures[] endpoints, IReadOnlyList<ProcessFigures> processes)
    {
        var rows = endpoints.Select(endpoint => endpoint.Name).Concat(processes.Select(process => $"{process.Process} {process.IsAlive}"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', rows))).AsSpan(0, 8));
    }
}

/// <summary>The figures at a moment.</summary>
/// <param name="IsConnected">Whether reports can arrive.</param>
/// <param name="Stages">The stages of the flow, in their order.</param>
/// <param name="Endpoints">All endpoints.</param>
/// <param name="Processes">All processes.</param>
/// <param name="Texts">Every figure as text, by name.</param>
/// <param name="Shape">Changes with the rows of the tables.</param>
public sealed record LiveView(
    bool IsConnected,
    IReadOnlyList<EndpointFigures> Stages,
    IReadOnlyList<EndpointFigures> Endpoints,
    IReadOnlyList<ProcessFigures> Processes,
    IReadOnlyDictionary<string, string> Texts,
    string Shape);
