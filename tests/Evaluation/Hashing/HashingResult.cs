using Pipeline.Hashing.Learning;

namespace Pipeline.Tests.Evaluation.Hashing;

/// <summary>
/// A reference method of one length and seed, before and after linear distance preserving learning, and where rows have labels after the
/// supervised variant of that, which learns from these (null: there are none).
/// </summary>
internal sealed record HashingResult(
    string Method,
    int Bits,
    ulong Seed,
    double PAt500,
    double Map,
    double LdphPAt500,
    double LdphMap,
    double TrainSeconds,
    double LdphTrainSeconds,
    IReadOnlyList<double> RecallAt,
    IReadOnlyList<double> LdphRecallAt,
    IReadOnlyList<LdphRound> Rounds,
    double? LdshPAt500,
    double? LdshMap,
    double? LdshTrainSeconds,
    IReadOnlyList<double>? LdshRecallAt);

/// <summary>All results, and the ranks that recall is given for.</summary>
internal sealed record HashingReport(IReadOnlyList<int> Cutoffs, IReadOnlyList<HashingResult> Results);
