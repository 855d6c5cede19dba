using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Pipeline.Indexing.Reindexing;

/// <summary>What operators see of generations that are filled; the meter is <see cref="MeterName"/>.</summary>
public sealed class ReindexMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Pipeline.Indexing";

    private readonly ConcurrentDictionary<string, double> _coverage = new(StringComparer.Ordinal);
    private readonly Counter<long> _images;
    private readonly Counter<long> _states;

    /// <summary>Creates the instruments.</summary>
    public ReindexMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create(MeterName);
        _images = meter.CreateCounter<long>("pipeline_reindex_images", description: "Images that were put into a next generation's index, or were asked for");
        _states = meter.CreateCounter<long>("pipeline_reindex_states", description: "States that generations came to, and commands that were refused");
        meter.CreateObservableGauge(
            "pipeline_generation_coverage",
            () => _coverage.Select(entry => new Measurement<double>(entry.Value, new KeyValuePair<string, object?>("collection", entry.Key))),
            description: "Share of a collection's images that are in the index of its next generation; 1 while none is filled");
    }

    /// <summary>Images were dealt with.</summary>
    public void Filled(string collection, int images) => _images.Add(images, new KeyValuePair<string, object?>("collection", collection));

    /// <summary>How much of a next generation is there.</summary>
    public void Covered(string collection, double share) => _coverage[collection] = share;

    /// <summary>A generation came to a state.</summary>
    public void Reached(string collection, string state) =>
        _states.Add(1, new KeyValuePair<string, object?>("collection", collection), new KeyValuePair<string, object?>("state", state));
}
