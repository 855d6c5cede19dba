using System.Diagnostics;
using Pipeline.HashEncoding.Training;
using Pipeline.Hashing.Learning;

namespace Pipeline.Tests.Benchmarks;

/// <summary>
/// How long a training of encoders learns by default: the methods that it compares unless told otherwise, on as many features as it reads at
/// most, as long as the default backbone's. They are made up: clusters on the unit sphere, whose numbers are the labels.
/// </summary>
internal static class TrainingBenchmark
{
    private const int Dimensions = 576;
    private const int Bits = 64;
    private const int Clusters = 500;
    private const double Spread = 0.7;

    public static TrainingFigures Run(Action<string> report)
    {
        var options = new EncoderTrainingOptions();
        int?[] labels = [.. Enumerable.Range(0, options.MaxRows).Select(row => (int?)(row % Clusters))];
        var rows = new FeatureRows(Values(options.MaxRows), Dimensions);
        List<MethodTraining> results = [];
        foreach (var method in options.Methods.Split(',', StringSplitOptions.TrimEntries))
        {
            var learner = HashLearners.Named(method);
            var cpu = Environment.CpuUsage.TotalTime;
            var start = Stopwatch.GetTimestamp();
            _ = learner is ISupervisedHashLearner supervised
                ? supervised.Train(rows, labels, Bits, (ulong)options.Seed)
                : learner.Train(rows, Bits, (ulong)options.Seed);
            results.Add(new MethodTraining(method, Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds));
            report(FormattableString.Invariant($"{method}: {results[^1].Seconds:F1} s, {results[^1].CpuSeconds:F1} s of processor time"));
        }

        return new TrainingFigures(
            Environment.ProcessorCount, options.MaxRows, Dimensions, Bits, results, results.Sum(result => result.Seconds), results.Sum(result => result.CpuSeconds));
    }

    private static float[] Values(int rows)
    {
        var random = new Random(1);
        float[][] centres = [.. Enumerable.Range(0, Clusters).Select(_ => Direction(random, null))];
        return [.. Enumerable.Range(0, rows).SelectMany(row => Direction(random, centres[row % Clusters]))];
    }

    /// <summary>A random vector of length one, near the centre if there is one.</summary>
    private static float[] Direction(Random random, float[]? centre)
    {
        var values = new double[Dimensions];
        for (var d = 0; d < Dimensions; d++)
        {
            // Dimensions differ in their variance, as those of embeddings do.
            var noise = (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) / Math.Sqrt(1 + (d / 16.0));
            values[d] = centre is null ? noise : centre[d] + (Spread * noise / 4);
        }

        var length = Math.Sqrt(values.Sum(value => value * value));
        return [.. values.Select(value => (float)(value / length))];
    }
}
