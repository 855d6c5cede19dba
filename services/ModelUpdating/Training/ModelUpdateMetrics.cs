using System.Diagnostics.Metrics;

namespace Pipeline.ModelUpdating.Training;

/// <summary>What operators see of updates of models; the meter is <see cref="MeterName"/>.</summary>
public sealed class ModelUpdateMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Pipeline.ModelUpdating";

    private readonly Counter<long> _updates;
    private readonly Histogram<double> _seconds;
    private double _progress = 1;

    /// <summary>Creates the instruments.</summary>
    public ModelUpdateMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create(MeterName);
        _updates = meter.CreateCounter<long>("pipeline_model_updates", description: "Updates by outcome: promoted, kept (did not pass the gate, or came too late) or failed");
        _seconds = meter.CreateHistogram<double>("pipeline_model_update_seconds", "s", "Duration of updates that were done");
        meter.CreateObservableGauge("pipeline_model_update_progress", () => Volatile.Read(ref _progress), description: "Share of the running training that is done; 1 while there is none");
    }

    /// <summary>The share of the running training that is done, 0 to 1.</summary>
    public void Progress(double share) => Volatile.Write(ref _progress, share);

    /// <summary>An update was done.</summary>
    public void Done(bool promoted, TimeSpan elapsed)
    {
        _updates.Add(1, new KeyValuePair<string, object?>("outcome", promoted ? "promoted" : "kept"));
        _seconds.Record(elapsed.TotalSeconds);
    }

    /// <summary>An update was refused for good.</summary>
    public void Failed() => _updates.Add(1, new KeyValuePair<string, object?>("outcome", "failed"));
}
