namespace Pipeline.Evaluation;

/// <summary>Percentiles of samples.</summary>
public static class Percentiles
{
    /// <summary>
    /// The value below which a share <paramref name="p"/> of the samples lies, interpolated linearly between the two nearest
    /// (Hyndman and Fan's definition 7, as in NumPy and spreadsheets).
    /// </summary>
    /// <param name="samples">At least one, in any order, not NaN.</param>
    /// <param name="p">0 … 1; 0.5 is the median.</param>
    public static double Of(IReadOnlyCollection<double> samples, double p)
    {
        ArgumentNullException.ThrowIfNull(samples);
        if (samples.Count == 0 || !(p is >= 0 and <= 1))
        {
            throw new ArgumentException($"No percentile {p} of {samples.Count} samples.");
        }

        var sorted = samples.Order().ToArray();
        if (double.IsNaN(sorted[0]))
        {
            throw new ArgumentException("A sample is not a number.", nameof(samples));
        }

        var position = p * (sorted.Length - 1);
        var below = (int)position;
        return below == sorted.Length - 1 ? sorted[below] : sorted[below] + ((position - below) * (sorted[below + 1] - sorted[below]));
    }

    /// <summary>Median and 95th percentile.</summary>
    public static (double P50, double P95) P50AndP95(IReadOnlyCollection<double> samples) => (Of(samples, 0.50), Of(samples, 0.95));
}
