using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Pipeline.Contracts.Events;
using Pipeline.Messaging.Endpoints;
using Pipeline.Messaging.Policy;

namespace Pipeline.Messaging.Diagnostics;

/// <summary>
/// What the process's endpoints have done so far, gathered from the instruments of <see cref="MessagingMetrics"/>, for
/// <see cref="ServiceReported"/>.
/// </summary>
public sealed class EndpointActivity : IDisposable
{
    private const string EndpointTag = "endpoint";
    private const string OutcomeTag = "outcome";
    private readonly MessagingMetrics _metrics;
    private readonly EndpointCatalog _endpoints;
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, Tally> _tallies = new(StringComparer.Ordinal);

    /// <summary>Listens to one host's instruments: several hosts of a process do not mix.</summary>
    /// <param name="meters">The host's.</param>
    /// <param name="metrics">Has the instruments, and knows who waits for what.</param>
    /// <param name="endpoints">The host's endpoints.</param>
    internal EndpointActivity(IMeterFactory meters, MessagingMetrics metrics, EndpointCatalog endpoints)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        (_metrics, _endpoints) = (metrics, endpoints);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == MessagingMetrics.MeterName && ReferenceEquals(instrument.Meter.Scope, meters))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>(Count);
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, state) => Count(instrument, value, tags, state));
        _listener.SetMeasurementEventCallback<double>(Measure);
        _listener.Start();
    }

    /// <summary>All endpoints of the process as they stand now, those without a message yet included.</summary>
    public IReadOnlyList<EndpointReport> Read() =>
        [.. _endpoints.All.Select(endpoint => TallyOf(endpoint.Name).Read(endpoint, _metrics.WaitsFor(endpoint.Name)))];

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void Count(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        if (Tag(tags, EndpointTag) is not { } endpoint)
        {
            return;
        }

        var tally = TallyOf(endpoint);
        switch (instrument.Name)
        {
            case MessagingMetrics.InFlightName:
                Interlocked.Add(ref tally.InFlight, value);
                break;
            case MessagingMetrics.RetriesName:
                Interlocked.Add(ref tally.Retries, value);
                break;
            case MessagingMetrics.ConsumedName:
                switch (Tag(tags, OutcomeTag))
                {
                    case Outcomes.Done:
                        Interlocked.Add(ref tally.Done, value);
                        break;
                    case Outcomes.Rejected:
                        Interlocked.Add(ref tally.Rejected, value);
                        break;
                    case Outcomes.Failed:
                        Interlocked.Add(ref tally.Failed, value);
                        break;
                    case Outcomes.Redelivered:
                        Interlocked.Add(ref tally.Redelivered, value);
                        break;
                }

                break;
        }
    }

    private void Measure(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        if (Tag(tags, EndpointTag) is not { } endpoint)
        {
            return;
        }

        switch (instrument.Name)
        {
            case MessagingMetrics.DurationName:
                Interlocked.Increment(ref TallyOf(endpoint).Durations[DurationClasses.Of(value)]);
                break;
            case MessagingMetrics.AgeName:
                TallyOf(endpoint).Aged(value);
                break;
        }
    }

    private static string? Tag(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach (var tag in tags)
        {
            if (tag.Key == name)
            {
                return tag.Value as string;
            }
        }

        return null;
    }

    private Tally TallyOf(string endpoint) => _tallies.GetOrAdd(endpoint, static _ => new Tally());

    private sealed class Tally
    {
        public readonly long[] Durations = new long[DurationClasses.Count];
        public long InFlight;
        public long Retries;
        public long Done;
        public long Rejected;
        public long Failed;
        public long Redelivered;
        private readonly Lock _gate = new();
        private double? _maxAge;

        public void Aged(double seconds)
        {
            lock (_gate)
            {
                _maxAge = _maxAge is { } max && max >= seconds ? max : seconds;
            }
        }

        public EndpointReport Read(EndpointSettings endpoint, string? waitsFor)
        {
            var durations = new List<DurationCount>();
            for (var i = 0; i < Durations.Length; i++)
            {
                if (Interlocked.Read(ref Durations[i]) is > 0 and var count)
                {
                    durations.Add(new DurationCount(i, count));
                }
            }

            double? age;
            lock (_gate)
            {
                (age, _maxAge) = (_maxAge, null);
            }

            return new EndpointReport
            {
                Endpoint = endpoint.Name,
                Stage = endpoint.Stage,
                Interactive = endpoint.Kind == EndpointKind.Interactive,
                Paused = waitsFor is not null,
                WaitsFor = waitsFor,
                InFlight = Interlocked.Read(ref InFlight),
                Done = Interlocked.Read(ref Done),
                Rejected = Interlocked.Read(ref Rejected),
                Failed = Interlocked.Read(ref Failed),
                Redelivered = Interlocked.Read(ref Redelivered),
                Retries = Interlocked.Read(ref Retries),
                Durations = durations,
                MaxAge = age,
            };
        }
    }
}
