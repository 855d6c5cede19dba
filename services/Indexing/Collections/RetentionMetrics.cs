using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Pipeline.Indexing.Collections;

/// <summary>How retention gets on.</summary>
public sealed class RetentionMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Pipeline.Retention";

    private readonly Counter<long> _asked;
    private readonly ConcurrentDictionary<string, long> _overdue = new(StringComparer.Ordinal);

    /// <summary>Creates the instruments.</summary>
    public RetentionMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create(MeterName);
        _asked = meter.CreateCounter<long>("pipeline_retention_deletions", description: "Images whose deletion was asked for because of their age");
        meter.CreateObservableGauge(
            "pipeline_retention_overdue",
            () => _overdue.Select(collection => new Measurement<long>(collection.Value, Tag(collection.Key))),
            description: "Images that are too old and still there, as far as the latest look went");
    }

    /// <summary>Deletions were asked for.</summary>
    public void Asked(string collection, int count) => _asked.Add(count, Tag(collection));

    /// <summary>So many images were found too old.</summary>
    public void Overdue(string collection, int count)
    {
        if (count > 0)
        {
            _overdue[collection] = count;
        }
        else
        {
            _overdue.TryRemove(collection, out _);
        }
    }

    private static KeyValuePair<string, object?> Tag(string collection) => new("collection", collection);
}
