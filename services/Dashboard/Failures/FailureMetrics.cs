using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Pipeline.Dashboard.Failures;

/// <summary>
/// How many failures wait for an operator; the meter is <see cref="MeterName"/>. The queues that they were taken from are empty, so it is this that tells of them.
/// </summary>
internal sealed class FailureMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Pipeline.Dashboard";

    private readonly ConcurrentDictionary<FailureKind, long> _counts = new();

    /// <summary>Creates the instrument.</summary>
    public FailureMetrics(IMeterFactory meters) => meters.Create(MeterName).CreateObservableGauge(
        "pipeline_failures",
        () => _counts.Select(entry => new Measurement<long>(entry.Value, new KeyValuePair<string, object?>("kind", entry.Key.ToString().ToLowerInvariant()))),
        description: "Failures that nobody has dealt with yet, by kind: error, quarantine, rejection");

    /// <summary>Looks how many there are.</summary>
    public async Task MeasureAsync(FailureCatalog failures, CancellationToken ct)
    {
        foreach (var kind in Enum.GetValues<FailureKind>())
        {
            _counts[kind] = await failures.CountAsync(kind, ct);
        }
    }
}
