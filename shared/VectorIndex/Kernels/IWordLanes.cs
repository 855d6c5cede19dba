namespace Pipeline.VectorIndex.Kernels;

/// <summary>
/// Words of 64 bits side by side in a register, compared with one word. For short lists that are not worth being turned into bit
/// planes: vectors count the bits by a table of nibbles.
/// </summary>
internal unsafe interface IWordLanes
{
    /// <summary>Words behind the last of a list that must be readable.</summary>
    const int ReadAhead = 7;

    /// <summary>Width in words, at most 8.</summary>
    static abstract int Words { get; }

    /// <summary>The words that differ from the query in at most so many bits.</summary>
    /// <param name="words">As many as there are lanes.</param>
    /// <param name="query">What they are compared with.</param>
    /// <param name="limit">Greatest number of bits, at least 0.</param>
    /// <returns>Bit i is set if word i is near enough.</returns>
    static abstract uint Within(ulong* words, ulong query, int limit);

    /// <summary>
    /// The words that differ from the query in at least <paramref name="least"/> bits under each mask, and in one more under each of
    /// the first masks.
    /// </summary>
    /// <param name="words">As many as there are lanes.</param>
    /// <param name="query">What they are compared with.</param>
    /// <param name="masks">The masks.</param>
    /// <param name="least">Least number of bits, at least 0.</param>
    /// <param name="oneMore">How many masks ask for one more, up to all.</param>
    /// <returns>Bit i is set if word i does.</returns>
    static abstract uint Beyond(ulong* words, ulong query, ReadOnlySpan<ulong> masks, int least, int oneMore);
}
