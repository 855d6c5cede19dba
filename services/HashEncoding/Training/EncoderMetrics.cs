using System.Diagnostics.Metrics;

namespace Pipeline.HashEncoding.Training;

/// <summary>What operators see of trainings of encoders; the meter is <see cref="MeterName"/>.</summary>
public sealed class EncoderMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Pipeline.HashEncoding";

    private readonly Counter<long> _trainings;
    private readonly Histogram<double> _seconds;
    private double _progress = 1;

    /// <summary>Creates the instruments.</summary>
    public EncoderMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create(MeterName);
        _trainings = meter.CreateCounter<long>("pipeline_encoder_trainings", description: "Trainings by outcome: promoted, kept (no better than what serves) or failed");
        _seconds = meter.CreateHistogram<double>("pipeline_encoder_training_seconds", "s", "Duration of trainings that were done");
        meter.CreateObservableGauge("pipeline_encoder_training_progress", () => Volatile.Read(ref _progress), description: "Share of the running training that is done; 1 while there is none");
    }

    /// <summary>The share of the running training that is done, 0 to 1.</summary>
    public void Progress(double share) => Volatile.Write(ref _progress, share);

    /// <summary>A training was done.</summary>
    public void Done(bool promoted, TimeSpan elapsed)
    {
        _trainings.Add(1, new KeyValuePair<string, object?>("outcome", promoted ? "promoted" : "kept"));
        _seconds.Record(elapsed.TotalSeconds);
    }

    /// <summary>A training was refused for good.</summary>
    public void Failed() => _trainings.Add(1, new KeyValuePair<string, object?>("outcome", "failed"));
}
