using System.Diagnostics.Metrics;
using Pipeline.Catalog;

namespace Pipeline.ModelUpdating.Training;

/// <summary>What operators see of updates of models; the meter is <see cref="MeterName"/>.</summary>
public sealed class ModelUpdateMetrics(IMeterFactory meters)
    : TrainingMetrics(meters, MeterName, "model_update", "promoted, kept (did not pass the gate, or came too late) or failed")
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Pipeline.ModelUpdating";
}
