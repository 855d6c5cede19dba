namespace Pipeline.Evaluation;

/// <summary>
/// Measures of one ranked list. A list is given as the relevance of its items in rank order, best first; items that
/// were not retrieved are simply not in it. Measures lie in 0 … 1 unless said otherwise.
/// </summary>
public static class RetrievalMetrics
{
    /// <summary>
    /// Average precision by rectangles: the mean, over <em>all</em> relevant items, of the precision at each one's rank; relevant items that
    /// were not retrieved count zero. The query must have been removed from its own list (Holidays protocol).
    /// </summary>
    /// <param name="ranked">Relevance in rank order.</param>
    /// <param name="relevantTotal">Relevant items in the gallery, at least 1, and at least as many as the list holds.</param>
    public static double AveragePrecision(ReadOnlySpan<bool> ranked, int relevantTotal)
    {
        ThrowIfBadTotal(ranked, relevantTotal);
        double sum = 0;
        var found = 0;
        for (var i = 0; i < ranked.Length; i++)
        {
            if (ranked[i])
            {
                found++;
                sum += (double)found / (i + 1);
            }
        }

        return sum / relevantTotal;
    }

    /// <summary>Relevant items among the first k, divided by k, also where the list is shorter.</summary>
    public static double PrecisionAt(ReadOnlySpan<bool> ranked, int k) => (double)RelevantAmong(ranked, k) / k;

    /// <summary>
    /// Recall@k as retrieval learning uses it: 1 if any relevant item is among the first k, else 0. Its mean over queries is the share
    /// of queries answered. For the share of relevant items see <see cref="CoverageAt"/>.
    /// </summary>
    public static double RecallAt(ReadOnlySpan<bool> ranked, int k) => RelevantAmong(ranked, k) > 0 ? 1 : 0;

    /// <summary>Recall in the sense of information retrieval: relevant items among the first k, divided by all relevant items.</summary>
    public static double CoverageAt(ReadOnlySpan<bool> ranked, int k, int relevantTotal)
    {
        ThrowIfBadTotal(ranked, relevantTotal);
        return (double)RelevantAmong(ranked, k) / relevantTotal;
    }

    /// <summary>
    /// UKBench's N-S for one query: how many of the first four are of the query's group, the query itself included in list and count.
    /// 0 … 4.
    /// </summary>
    /// <param name="rankedWithQuery">Relevance in rank order; the query is in the list and relevant.</param>
    public static int NisterStewenius(ReadOnlySpan<bool> rankedWithQuery) => RelevantAmong(rankedWithQuery, 4);

    private static int RelevantAmong(ReadOnlySpan<bool> ranked, int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        return ranked[..Math.Min(k, ranked.Length)].Count(true);
    }

    private static void ThrowIfBadTotal(ReadOnlySpan<bool> ranked, int relevantTotal)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(relevantTotal, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(relevantTotal, ranked.Count(true));
    }
}
