namespace Pipeline.Neighbours.Fusion;

/// <summary>
/// Late fusion by scores: an item's score is the weighted sum of its scores in all lists (Fox and Shaw's CombSUM, TREC 2, with weights).
/// </summary>
/// <remarks>
/// Cosine similarities are summed as they are. Ranks alone (reciprocal rank fusion) and scores normalised within a query (least to
/// greatest, or to deviations from the mean) did worse on both development sets: they forget how sure a space is, and let one that finds
/// nothing, such as the CNN on covers that all look alike, outvote one that does.
/// </remarks>
public static class LateFusion
{
    /// <summary>Fuses.</summary>
    /// <param name="lists">
    /// The lists. An item missing in one counts 0 there, so lists that are cut off should be completed: ask each space once more among
    /// the items that only the others found.
    /// </param>
    /// <param name="limit">Most items.</param>
    /// <param name="ties">Orders items of equal score; the default order if null.</param>
    /// <returns>Items, best first, each once, with their fused scores.</returns>
    /// <exception cref="ArgumentException">A weight is negative or not finite, or a list names an item twice.</exception>
    public static IReadOnlyList<(T Item, double Score)> Fuse<T>(IReadOnlyList<RankedList<T>> lists, int limit = int.MaxValue, IComparer<T>? ties = null)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(lists);
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        var sums = new Dictionary<T, double>();
        var seen = new HashSet<T>();
        foreach (var list in lists)
        {
            if (!double.IsFinite(list.Weight) || list.Weight < 0)
            {
                throw new ArgumentException($"A list cannot have the weight {list.Weight}.", nameof(lists));
            }

            seen.Clear();
            foreach (var (item, score) in list.Hits)
            {
                if (!seen.Add(item))
                {
                    throw new ArgumentException($"A list names {item} twice.", nameof(lists));
                }

                sums[item] = sums.GetValueOrDefault(item) + (list.Weight * score);
            }
        }

        return [.. sums.OrderByDescending(sum => sum.Value).ThenBy(sum => sum.Key, ties).Take(limit).Select(sum => (sum.Key, sum.Value))];
    }
}
