using Pipeline.Learning.Evidence;

namespace Pipeline.Learning.Gate;

/// <summary>Judges a trained head against the present one.</summary>
/// <param name="options">The bounds.</param>
public sealed class UpdateGate(GateOptions options)
{
    /// <summary>Judges.</summary>
    /// <param name="before">The present head's features of all images, rows of length 1.</param>
    /// <param name="after">The trained head's features of the same images.</param>
    /// <param name="heldOut">Pairs that were not learned from; at least one.</param>
    /// <param name="known">Pairs that both spaces knew before; may be empty.</param>
    public GateVerdict Judge(
        IReadOnlyList<float[]> before, IReadOnlyList<float[]> after, IReadOnlyCollection<EvidencePair> heldOut, IReadOnlyCollection<EvidencePair> known)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        ArgumentNullException.ThrowIfNull(known);
        var (spreadBefore, spreadAfter) = (FeatureSpread.Of(before), FeatureSpread.Of(after));
        var figures = new GateFigures(
            PairRanks.MeanReciprocal(before, heldOut),
            PairRanks.MeanReciprocal(after, heldOut),
            known.Count == 0 ? 1 : PairRanks.RecallAt1(before, before, known),
            known.Count == 0 ? 1 : PairRanks.RecallAt1(after, after, known),
            Ratio(spreadAfter.EffectiveRank, spreadBefore.EffectiveRank),
            Ratio(spreadAfter.Variance, spreadBefore.Variance),
            PairRanks.RecallAt1(queries: after, gallery: before, heldOut));
        List<string> reasons = [];
        if (figures.HeldOutAfter - figures.HeldOutBefore < options.MinGain)
        {
            reasons.Add(GateReasons.NoGain);
        }

        if (figures.Forgetting > options.MaxForgetting)
        {
            reasons.Add(GateReasons.Forgets);
        }

        if (figures.RankRatio < options.MinRankRatio || figures.VarianceRatio < options.MinVarianceRatio)
        {
            reasons.Add(GateReasons.Collapsed);
        }

        return new GateVerdict(figures, reasons);
    }

    private static double Ratio(double after, double before) => before > 0 ? after / before : 1;
}
