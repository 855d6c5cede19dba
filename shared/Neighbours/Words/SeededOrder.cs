namespace Pipeline.Neighbours.Words;

/// <summary>
/// Random samples that are the same on every platform and in every version of .NET: items are ordered by SplitMix64's
/// mix (Steele, Lea, Flood, OOPSLA 2014) of seed and index.
/// </summary>
internal static class SeededOrder
{
    /// <summary>Draws without replacement.</summary>
    /// <param name="population">Number of items to draw from.</param>
    /// <param name="count">How many, at most <paramref name="population"/>.</param>
    /// <param name="seed">Chooses them.</param>
    /// <returns>Distinct indexes, in random order.</returns>
    public static int[] Sample(int population, int count, ulong seed)
    {
        var keys = new ulong[population];
        var items = new int[population];
        for (var i = 0; i < population; i++)
        {
            keys[i] = Mix(seed, (ulong)i);
            items[i] = i;
        }

        // The mix is a bijection of its state: no two keys are equal, so the order is unique.
        Array.Sort(keys, items);
        return items[..count];
    }

    /// <summary>The <paramref name="index"/>-th number of the generator that starts at <paramref name="seed"/>.</summary>
    public static ulong Mix(ulong seed, ulong index)
    {
        var z = seed + ((index + 1) * 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
