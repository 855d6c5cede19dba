namespace Pipeline.NeighbourMining;

/// <summary>What a refresh of neighbourhoods came to.</summary>
/// <param name="Changed">Neighbourhoods that were not as stored.</param>
/// <param name="Lists">Neighbour lists of the images that were asked for, in either space.</param>
/// <param name="Mended">Stored lists, of these images or others, that were not those of the index.</param>
public readonly record struct MiningOutcome(int Changed, int Lists, int Mended)
{
    /// <summary>Of both together.</summary>
    public static MiningOutcome operator +(MiningOutcome a, MiningOutcome b) => new(a.Changed + b.Changed, a.Lists + b.Lists, a.Mended + b.Mended);
}
