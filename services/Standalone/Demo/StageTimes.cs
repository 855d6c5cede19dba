using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Pipeline.Contracts;
using Pipeline.Evaluation;
using Pipeline.Messaging.Diagnostics;

namespace Pipeline.Standalone.Demo;

/// <summary>Collects how long each stage worked on each message, from the same metric that operators see.</summary>
internal sealed class StageTimes : IDisposable
{
    private static readonly string[] Order = [Stages.Upload, Stages.Sift, Stages.Cnn, Stages.Hash, Stages.Index];
    private readonly ConcurrentDictionary<string, ConcurrentQueue<double>> _milliseconds = new();
    private readonly MeterListener _listener = new();

    public StageTimes()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == MessagingMetrics.MeterName && instrument.Name == MessagingMetrics.DurationName)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, seconds, tags, _) =>
        {
            foreach (var (key, value) in tags)
            {
                if (key == MessagingMetrics.StageTag && value is string stage)
                {
                    _milliseconds.GetOrAdd(stage, _ => new()).Enqueue(seconds * 1000);
                }
            }
        });
        _listener.Start();
    }

    public IReadOnlyDictionary<string, StageFigures> Summarise() =>
        Order.Where(_milliseconds.ContainsKey).ToDictionary(stage => stage, stage =>
        {
            var samples = _milliseconds[stage].ToArray();
            var (p50, p95) = Percentiles.P50AndP95(samples);
            return new StageFigures(p50, p95, samples.Length);
        });

    public void Dispose() => _listener.Dispose();
}
