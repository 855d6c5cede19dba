namespace Pipeline.Neighbours.Fusion;

/// <summary>One space's answer to a query.</summary>
/// <param name="Weight">What a score counts, finite and not negative.</param>
/// <param name="Hits">Items, each at most once, and their scores; a score grows with similarity.</param>
/// <typeparam name="T">What an item is named by.</typeparam>
public sealed record RankedList<T>(double Weight, IReadOnlyList<(T Item, double Score)> Hits)
    where T : notnull
{
    /// <summary>The same list, in which items that it lacks have the scores that another gives them.</summary>
    /// <param name="other">Scores on the same scale, each item at most once.</param>
    public RankedList<T> CompletedBy(IReadOnlyList<(T Item, double Score)> other)
    {
        var own = Hits.Select(hit => hit.Item).ToHashSet();
        return this with { Hits = [.. Hits, .. other.Where(hit => !own.Contains(hit.Item))] };
    }
}
