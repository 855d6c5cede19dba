using System.Diagnostics;
using Pipeline.Hashing;
using Pipeline.Hashing.Learning;

namespace Pipeline.Tests.Evaluation.Hashing;

/// <summary>Trains and measures every method, length and seed.</summary>
internal static class HashingQuality
{
    public static HashingReport Measure(
        VectorSet set, IReadOnlyList<string> methods, IReadOnlyList<int> lengths, int seeds, Action<HashingResult> done)
    {
        var results = new List<HashingResult>();
        foreach (var method in methods)
        {
            foreach (var bits in lengths)
            {
                for (ulong seed = 1; seed <= (ulong)seeds; seed++)
                {
                    var result = Measure(set, method, bits, seed);
                    done(result);
                    results.Add(result);
                }
            }
        }

        return new HashingReport(CodeQuality.Cutoffs, results);
    }

    private static HashingResult Measure(VectorSet set, string method, int bits, ulong seed)
    {
        var learner = HashLearners.Named(method);
        var watch = Stopwatch.StartNew();
        var reference = learner.Train(set.Base, bits, seed);
        var seconds = watch.Elapsed.TotalSeconds;
        var rounds = new List<LdphRound>();
        watch.Restart();
        var learned = new LinearDistancePreservingHashing(learner).Improve(reference, set.Base, seed, rounds.Add);
        var ldphSeconds = watch.Elapsed.TotalSeconds;
        var before = CodeQuality.Measure(reference, set);
        var after = CodeQuality.Measure(learned, set);
        var (supervised, ldshSeconds) = Supervise(set, learner, reference, seed);
        return new HashingResult(
            method, bits, seed, before.PAt500, before.Map, after.PAt500, after.Map, seconds, ldphSeconds, before.RecallAt, after.RecallAt, rounds,
            supervised?.PAt500, supervised?.Map, ldshSeconds, supervised?.RecallAt);
    }

    private static (CodeQuality? Quality, double? Seconds) Supervise(VectorSet set, IHashLearner learner, IHashFunction reference, ulong seed)
    {
        if (set.Labels is not { } labels)
        {
            return (null, null);
        }

        var watch = Stopwatch.StartNew();
        var learned = new LinearDistancePreservingHashing(learner).Improve(reference, set.Base, labels, seed);
        var seconds = watch.Elapsed.TotalSeconds;
        return (CodeQuality.Measure(learned, set), seconds);
    }
}
