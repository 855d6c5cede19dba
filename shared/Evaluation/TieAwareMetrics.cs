namespace Pipeline.Evaluation;

/// <summary>
/// Measures of rankings with ties, as Hamming distances give them. Each is the expected value if every order of the
/// items within each group of equal scores is equally likely (McSherry and Najork, ECIR 2008), so it does not depend on how ties happen
/// to be broken.
/// </summary>
/// <remarks>
/// The rule: let a group of n tied items with r relevant ones follow t items with R relevant ones. Its i-th place (1 … n) holds
/// a relevant item with probability r/n; given that it does, each of the i − 1 places before it holds one with probability (r − 1)/(n − 1).
/// So the place adds r/n · (R + 1 + (i − 1)(r − 1)/(n − 1)) / (t + i) to the sum of average precision, and r/n to the number of
/// relevant items found.
/// </remarks>
public static class TieAwareMetrics
{
    /// <summary>Expected <see cref="RetrievalMetrics.AveragePrecision"/>.</summary>
    /// <param name="scores">Scores in rank order, monotonous in either direction; equal scores are ties.</param>
    /// <param name="relevant">Relevance of the same items.</param>
    /// <param name="relevantTotal">Relevant items in the gallery, at least 1, and at least as many as the list holds.</param>
    public static double AveragePrecision(ReadOnlySpan<double> scores, ReadOnlySpan<bool> relevant, int relevantTotal)
    {
        ThrowIfNotRanked(scores, relevant);
        ArgumentOutOfRangeException.ThrowIfLessThan(relevantTotal, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(relevantTotal, relevant.Count(true));
        double sum = 0;
        var found = 0;
        for (var start = 0; start < scores.Length;)
        {
            var n = GroupLength(scores, start);
            var r = relevant.Slice(start, n).Count(true);
            var othersBefore = n > 1 ? (r - 1.0) / (n - 1) : 0;
            for (var i = 1; i <= n && r > 0; i++)
            {
                sum += (double)r / n * (found + 1 + ((i - 1) * othersBefore)) / (start + i);
            }

            found += r;
            start += n;
        }

        return sum / relevantTotal;
    }

    /// <summary>Expected <see cref="RetrievalMetrics.PrecisionAt"/>.</summary>
    /// <param name="scores">Scores in rank order, monotonous in either direction; equal scores are ties.</param>
    /// <param name="relevant">Relevance of the same items.</param>
    /// <param name="k">At least 1.</param>
    public static double PrecisionAt(ReadOnlySpan<double> scores, ReadOnlySpan<bool> relevant, int k)
    {
        ThrowIfNotRanked(scores, relevant);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        double found = 0;
        for (var start = 0; start < Math.Min(k, scores.Length);)
        {
            var n = GroupLength(scores, start);
            var r = relevant.Slice(start, n).Count(true);
            found += r * (double)Math.Min(n, k - start) / n;
            start += n;
        }

        return found / k;
    }

    private static int GroupLength(ReadOnlySpan<double> scores, int start)
    {
        var end = start + 1;
        while (end < scores.Length && scores[end] == scores[start])
        {
            end++;
        }

        return end - start;
    }

    private static void ThrowIfNotRanked(ReadOnlySpan<double> scores, ReadOnlySpan<bool> relevant)
    {
        if (scores.Length != relevant.Length)
        {
            throw new ArgumentException($"{scores.Length} scores but {relevant.Length} relevances.");
        }

        var direction = 0;
        for (var i = 1; i < scores.Length; i++)
        {
            var step = scores[i].CompareTo(scores[i - 1]);
            if (double.IsNaN(scores[i]) || step * direction < 0)
            {
                throw new ArgumentException($"The scores are not in rank order at position {i}.", nameof(scores));
            }

            direction = step != 0 ? step : direction;
        }
    }
}
