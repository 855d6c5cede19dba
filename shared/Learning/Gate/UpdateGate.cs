using System.Numerics.Tensors;
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
            known.Count == 0 ? 1 : PairRanks.RecallAt1(before, known),
            known.Count == 0 ? 1 : PairRanks.RecallAt1(after, known),
            Ratio(spreadAfter.EffectiveRank, spreadBefore.EffectiveRank),
            Ratio(spreadAfter.Variance, spreadBefore.Variance),
            CrossModelRecall(before, after, heldOut));
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

    /// <summary>The share of the pairs' images that find a partner first when new features ask an index of old ones; the image itself is left out.</summary>
    public static double CrossModelRecall(IReadOnlyList<float[]> gallery, IReadOnlyList<float[]> queries, IReadOnlyCollection<EvidencePair> pairs)
    {
        ArgumentNullException.ThrowIfNull(gallery);
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(pairs);
        var partners = pairs.Concat(pairs.Select(pair => new EvidencePair(pair.Second, pair.First))).ToLookup(pair => pair.First, pair => pair.Second);
        return partners.Average(entry =>
        {
            var best = Enumerable.Range(0, gallery.Count).Where(i => i != entry.Key)
                .MaxBy(i => TensorPrimitives.Dot<float>(queries[entry.Key], gallery[i]));
            return entry.Contains(best) ? 1.0 : 0;
        });
    }

    private static double Ratio(double after, double before) => before > 0 ? after / before : 1;
}
