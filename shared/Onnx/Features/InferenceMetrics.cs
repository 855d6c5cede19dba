using System.Diagnostics.Metrics;

namespace Pipeline.Onnx;

/// <summary>What operators see of the network's inferences; one meter for the process, as there is one <see cref="FeatureBatcher"/>.</summary>
internal static class InferenceMetrics
{
    private static readonly Meter Meter = new("Pipeline.Onnx");

    /// <summary>Images of one inference.</summary>
    public static Histogram<int> Images { get; } = Meter.CreateHistogram(
        "pipeline.inference.images", "{image}", "Images of one inference.",
        advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128] });

    /// <summary>Images of one inference as a share of the most it may have.</summary>
    public static Histogram<double> Fill { get; } = Meter.CreateHistogram(
        "pipeline.inference.fill", "1", "Images of one inference as a share of the most it may have.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 1] });

    /// <summary>Duration of one inference, in seconds.</summary>
    public static Histogram<double> Duration { get; } = Meter.CreateHistogram(
        "pipeline.inference.duration", "s", "Duration of one inference.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5] });
}
