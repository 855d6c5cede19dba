using System.Diagnostics;
using System.Diagnostics.Metrics;
using Pipeline.Messaging.Policy;

namespace Pipeline.Messaging.Diagnostics;

/// <summary>What operators see of the endpoints; the meter is <see cref="MeterName"/>.</summary>
public sealed class MessagingMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Pipeline.Messaging";

    /// <summary>Name of the histogram of message durations, in seconds.</summary>
    public const string DurationName = "pipeline.message.duration";

    /// <summary>Name of the histogram of messages' ages, in seconds.</summary>
    public const string AgeName = "pipeline.message.age";

    /// <summary>The tag that names the stage.</summary>
    public const string StageTag = "stage";

    internal const string ConsumedName = "pipeline.messages.consumed";
    internal const string InFlightName = "pipeline.messages.in_flight";
    internal const string RetriesName = "pipeline.message.retries";
    internal const string PausedName = "pipeline.endpoint.paused";

    private readonly Counter<long> _consumed;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _age;
    private readonly Histogram<long> _batch;
    private readonly Histogram<double> _batchFill;
    private readonly UpDownCounter<long> _inFlight;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _redeliveries;
    private readonly Counter<long> _rejections;
    private readonly Counter<long> _publishRetries;
    private readonly List<EndpointCircuit> _circuits = [];

    /// <summary>Creates the instruments.</summary>
    public MessagingMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create(MeterName);
        _consumed = meter.CreateCounter<long>(ConsumedName, "{message}", "Deliveries an endpoint is done with, by outcome.");
        _duration = meter.CreateHistogram(
            DurationName, "s", "Time from delivery to acknowledgement, retries and pauses included.", advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
            });
        _age = meter.CreateHistogram(
            "pipeline.message.age", "s", "Time from a message's sending to the beginning of its work, waits in retry queues included.",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 21600, 86400],
            });
        _batch = meter.CreateHistogram(
            "pipeline.batch.messages", "{message}", "Messages of a batch.",
            advice: new InstrumentAdvice<long> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256] });
        _batchFill = meter.CreateHistogram(
            "pipeline.batch.fill", "1", "Messages of a batch as a share of the most it may have.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 1] });
        _inFlight = meter.CreateUpDownCounter<long>(InFlightName, "{message}", "Deliveries being worked on or held.");
        _retries = meter.CreateCounter<long>(RetriesName, "{retry}", "Retries in process.");
        _redeliveries = meter.CreateCounter<long>("pipeline.message.redeliveries", "{message}", "Messages sent to a retry queue.");
        _rejections = meter.CreateCounter<long>("pipeline.message.rejections", "{message}", "Permanent errors, by reason.");
        _publishRetries = meter.CreateCounter<long>("pipeline.publish.retries", "{attempt}", "Failed attempts to publish or send.");
        meter.CreateObservableGauge(PausedName, Paused, "{endpoint}", "1 while the endpoint waits for a dependency.");
    }

    internal void Watch(EndpointCircuit circuit)
    {
        lock (_circuits)
        {
            _circuits.Add(circuit);
        }
    }

    /// <summary>What an endpoint waits for; null while it works.</summary>
    internal string? WaitsFor(string endpoint)
    {
        lock (_circuits)
        {
            return _circuits.Where(circuit => circuit.Endpoint == endpoint).Select(circuit => circuit.Dependency).FirstOrDefault(dependency => dependency is not null);
        }
    }

    internal void Started(string endpoint, string stage) => _inFlight.Add(1, Tags(endpoint, stage));

    internal void Finished(string endpoint, string stage, string outcome, TimeSpan elapsed)
    {
        _inFlight.Add(-1, Tags(endpoint, stage));
        var tags = Tags(endpoint, stage);
        tags.Add("outcome", outcome);
        _consumed.Add(1, tags);
        _duration.Record(elapsed.TotalSeconds, tags);
    }

    /// <summary>A message's work begins; clocks of two machines may differ, which is no negative age.</summary>
    internal void Aged(string endpoint, string stage, TimeSpan age) => _age.Record(Math.Max(0, age.TotalSeconds), Tags(endpoint, stage));

    internal void Batched(string endpoint, string stage, int messages, int limit)
    {
        var tags = Tags(endpoint, stage);
        _batch.Record(messages, tags);
        _batchFill.Record((double)messages / limit, tags);
    }

    internal void Retried(string endpoint, string stage) => _retries.Add(1, Tags(endpoint, stage));

    internal void Redelivered(string endpoint, string stage) => _redeliveries.Add(1, Tags(endpoint, stage));

    internal void Rejected(string endpoint, string stage, string reason)
    {
        var tags = Tags(endpoint, stage);
        tags.Add("reason", reason);
        _rejections.Add(1, tags);
    }

    internal void PublishRetried(string message) => _publishRetries.Add(1, new KeyValuePair<string, object?>("message", message));

    private static TagList Tags(string endpoint, string stage) => new() { { "endpoint", endpoint }, { StageTag, stage } };

    private List<Measurement<int>> Paused()
    {
        lock (_circuits)
        {
            return [.. _circuits.Select(circuit => new Measurement<int>(circuit.IsOpen ? 1 : 0, new KeyValuePair<string, object?>("endpoint", circuit.Endpoint)))];
        }
    }
}
