using System.Diagnostics.Metrics;

namespace Pipeline.VectorIndex.Qdrant;

/// <summary>What operators see of the requests to Qdrant; the meter is <see cref="MeterName"/>.</summary>
internal sealed class QdrantMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Pipeline.VectorIndex";

    /// <summary>Name of the histogram of the durations of requests, in seconds, repetitions included.</summary>
    public const string DurationName = "pipeline.index.request.duration";

    /// <summary>Name of the counter of repetitions.</summary>
    public const string RetriesName = "pipeline.index.request.retries";

    private readonly Meter? _own;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _retries;

    /// <param name="meters">Makes the meter; null for one of its own.</param>
    public QdrantMetrics(IMeterFactory? meters)
    {
        var meter = meters?.Create(MeterName) ?? (_own = new Meter(MeterName));
        _duration = meter.CreateHistogram(
            DurationName, "s", "Time of a request to Qdrant, repetitions included, by operation and outcome.", advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
            });
        _retries = meter.CreateCounter<long>(RetriesName, "{retry}", "Requests to Qdrant that were made again.");
    }

    /// <summary>A request is over.</summary>
    /// <param name="method">Its method.</param>
    /// <param name="path">Its path, as it was sent.</param>
    /// <param name="outcome">What came of it.</param>
    /// <param name="elapsed">How long it took.</param>
    public void Finished(HttpMethod method, string path, string outcome, TimeSpan elapsed) => _duration.Record(
        elapsed.TotalSeconds, new KeyValuePair<string, object?>("operation", Operation(method, path)), new KeyValuePair<string, object?>("outcome", outcome));

    /// <summary>A request is made again.</summary>
    public void Retried() => _retries.Add(1);

    /// <inheritdoc/>
    public void Dispose() => _own?.Dispose();

    /// <summary>Without the names of collections and snapshots, of which there is no end: <c>put points</c>, <c>post points query batch</c>.</summary>
    private static string Operation(HttpMethod method, string path)
    {
        var parts = path.Split('?')[0].Split('/');
        var rest = parts is ["collections", _, "snapshots", not "recover", ..] ? ["snapshots"]
            : parts is ["collections", "aliases"] ? ["aliases"]
            : parts is ["collections", _] ? ["collection"]
            : parts is ["collections", _, .. var what] ? what
            : parts;
        return $"{method.Method.ToLowerInvariant()} {string.Join(' ', rest)}";
    }
}
