namespace Pipeline.Neighbours.Fusion;

/// <summary>One space's answer to a query.</summary>
/// <param name="Weight">What a score counts, finite and not negative.</param>
/// <param name="Hits">Items, each at most once, and their scores; a score grows with similarity.</param>
/// <typeparam name="T">What an item is named by.</typeparam>
public sealed record RankedList<T>(double Weight, IReadOnlyList<(T Item, double Score)> Hits);
