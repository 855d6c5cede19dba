using Pipeline.Hashing;
using Pipeline.Hashing.Learning;

namespace Pipeline.Tests.Unit.HashEncoding;

/// <summary>Learners whose quality is known beforehand.</summary>
internal sealed class LearnerOf(string name, Func<FeatureRows, int, ulong, CancellationToken, IHashFunction> train) : IHashLearner
{
    public string Name => name;

    public int Trainings { get; private set; }

    /// <summary>Random hyperplanes through the origin: the seed decides which.</summary>
    public static LearnerOf Planes(string name, ulong offset = 0) =>
        new(name, (rows, bits, seed, _) =>
        {
            var random = new SplitMix64(seed + offset);
            double[] weights = [.. Enumerable.Range(0, bits * rows.Dimensions).Select(_ => random.NextGaussian())];
            return new LinearHash(weights, [], rows.Dimensions);
        });

    /// <summary>All features get the same code.</summary>
    public static LearnerOf Blind(string name) => new(name, (rows, bits, _, _) =>
    {
        var weights = new double[bits * rows.Dimensions];
        Array.Fill(weights, 1);
        var thresholds = new double[bits];
        Array.Fill(thresholds, 1000);
        return new LinearHash(weights, thresholds, rows.Dimensions);
    });

    public static LearnerOf Failing(string name, string why) => new(name, (_, _, _, _) => throw new TrainingDataException(why));

    /// <summary>Trains until it is cancelled.</summary>
    public static LearnerOf Endless(string name, TaskCompletionSource? begun = null) => new(name, (_, _, _, ct) =>
    {
        begun?.TrySetResult();
        ct.WaitHandle.WaitOne();
        ct.ThrowIfCancellationRequested();
        throw new InvalidOperationException();
    });

    public IHashFunction Train(FeatureRows rows, int bits, ulong seed, CancellationToken ct = default)
    {
        Trainings++;
        return train(rows, bits, seed, ct);
    }
}
