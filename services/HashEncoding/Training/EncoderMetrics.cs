using System.Diagnostics.Metrics;
using Pipeline.Catalog;

namespace Pipeline.HashEncoding.Training;

/// <summary>What operators see of trainings of encoders; the meter is <c>Pipeline.HashEncoding</c>.</summary>
public sealed class EncoderMetrics(IMeterFactory meters)
    : TrainingMetrics(meters, "Pipeline.HashEncoding", "encoder_training", "promoted, kept (no better than what serves) or failed");
