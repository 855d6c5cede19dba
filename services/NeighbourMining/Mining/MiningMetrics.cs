using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Pipeline.NeighbourMining;

/// <summary>What operators see of the neighbour lists; the meter is <see cref="MeterName"/>.</summary>
public sealed class MiningMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Pipeline.NeighbourMining";

    private readonly ConcurrentDictionary<string, double> _drift = new(StringComparer.Ordinal);
    private readonly Counter<long> _compared;
    private readonly Counter<long> _mended;

    /// <summary>Creates the instruments.</summary>
    public MiningMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create(MeterName);
        _compared = meter.CreateCounter<long>("pipeline_neighbour_lists_compared", description: "Stored neighbour lists that a repair compared with the index");
        _mended = meter.CreateCounter<long>("pipeline_neighbour_lists_mended", description: "Stored neighbour lists that a repair found not exact");
        meter.CreateObservableGauge(
            "pipeline_neighbour_drift",
            () => _drift.Select(entry => new Measurement<double>(entry.Value, Tag(entry.Key))),
            description: "Share of neighbour lists that the last whole repair found not exact");
    }

    /// <summary>A turn of a repair was made.</summary>
    public void Compared(string collection, int lists, int mended)
    {
        _compared.Add(lists, Tag(collection));
        _mended.Add(mended, Tag(collection));
    }

    /// <summary>A repair has looked at the last image.</summary>
    public void Finished(string collection, double drift) => _drift[collection] = drift;

    private static KeyValuePair<string, object?> Tag(string collection) => new("collection", collection);
}
