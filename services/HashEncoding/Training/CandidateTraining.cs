using System.Diagnostics;
using Pipeline.Catalog;
using Pipeline.Hashing;
using Pipeline.Hashing.Learning;
using Pipeline.Onnx;

namespace Pipeline.HashEncoding.Training;

/// <summary>Trains one candidate and measures the very model that would serve.</summary>
public sealed class CandidateTraining(OnnxSessionFactory sessions)
{
    /// <summary>Trains and measures.</summary>
    /// <param name="learner">The method.</param>
    /// <param name="features">The rows to learn from, and their labels.</param>
    /// <param name="comparison">Measures.</param>
    /// <param name="bits">Length of the codes.</param>
    /// <param name="seed">Decides whatever is random.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>The candidate; without a model if the method cannot learn from the rows.</returns>
    public Candidate Train(IHashLearner learner, TrainingFeatures features, HeldOutComparison comparison, int bits, ulong seed, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(learner);
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(comparison);
        var started = Stopwatch.GetTimestamp();
        try
        {
            var function = learner is ISupervisedHashLearner supervised && features.Labels is { } labels
                ? supervised.Train(features.Gallery, labels.Gallery, bits, seed, ct)
                : learner.Train(features.Gallery, bits, seed, ct);
            var model = function.BuildModel();
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            using var encoder = new HashEncoder(model, sessions);
            return new Candidate(
                new EncoderFigures
                {
                    Method = learner.Name,
                    Version = encoder.Version,
                    Bits = encoder.Bits,
                    Map = comparison.Measure(encoder, ct),
                    Seconds = Math.Round(seconds, 3),
                },
                model);
        }
        catch (TrainingDataException e)
        {
            return new Candidate(new EncoderFigures { Method = learner.Name, Bits = bits, Detail = e.Message }, Model: null);
        }
    }
}

/// <summary>A trained encoder.</summary>
/// <param name="Figures">How good it is.</param>
/// <param name="Model">The serialised model; null where there is none.</param>
public sealed record Candidate(EncoderFigures Figures, byte[]? Model);
