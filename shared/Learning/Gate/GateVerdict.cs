namespace Pipeline.Learning.Gate;

/// <summary>Figures of a present head and a trained one on the same images.</summary>
/// <param name="HeldOutBefore">Mean reciprocal rank of the held-out pairs under the present head; see <see cref="PairRanks.MeanReciprocal"/>.</param>
/// <param name="HeldOutAfter">The same under the trained one.</param>
/// <param name="KnownBefore">Recall at 1 of the pairs that both spaces knew, under the present head; see <see cref="PairRanks.RecallAt1"/>. 1 if there are none.</param>
/// <param name="KnownAfter">The same under the trained one.</param>
/// <param name="RankRatio">Effective rank after / before.</param>
/// <param name="VarianceRatio">Variance after / before.</param>
/// <param name="CrossModel">
/// Recall at 1 of the held-out pairs when trained features ask and present ones are searched: near the figure within one model, the index need
/// not be made anew at once.
/// </param>
public sealed record GateFigures(
    double HeldOutBefore, double HeldOutAfter, double KnownBefore, double KnownAfter, double RankRatio, double VarianceRatio, double CrossModel)
{
    /// <summary>How far what was known has been forgotten; below 0 where more is known than before.</summary>
    public double Forgetting => KnownBefore - KnownAfter;
}

/// <summary>Whether a trained head may serve.</summary>
/// <param name="Figures">What it was judged by.</param>
/// <param name="Reasons">Why not, as stable codes of <see cref="GateReasons"/>; empty where it may.</param>
public sealed record GateVerdict(GateFigures Figures, IReadOnlyList<string> Reasons)
{
    /// <summary>Whether it may serve.</summary>
    public bool IsAccepted => Reasons.Count == 0;
}

/// <summary>Why a trained head does not serve.</summary>
public static class GateReasons
{
    /// <summary>Held-out pairs do not find each other better.</summary>
    public const string NoGain = "no-gain";

    /// <summary>Pairs that were known find each other worse than the bound allows.</summary>
    public const string Forgets = "forgets";

    /// <summary>The features have lost directions or variance.</summary>
    public const string Collapsed = "collapsed";
}
