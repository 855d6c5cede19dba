namespace Pipeline.VectorIndex.Kernels;

/// <summary>
/// Bits side by side in a register of 64, 256 or 512, and the adders made of them. <see cref="HammingKernel"/> is written
/// once over these operations, so its results do not depend on the width. They are whole steps, not single operators: the
/// compiler gives up inlining after some dozens of calls.
/// </summary>
internal unsafe interface IBitLanes<TSelf>
    where TSelf : struct, IBitLanes<TSelf>
{
    /// <summary>Width in words of 64 bits.</summary>
    static abstract int Words { get; }

    static abstract TSelf Load(ulong* source);

    static abstract void Store(TSelf lanes, ulong* target);

    /// <summary>The lanes at <paramref name="plane"/>, each exclusive-or the one word <paramref name="query"/>.</summary>
    static abstract TSelf Difference(ulong* plane, ulong query);

    /// <summary>A full adder: adds two to the sum, and returns the carry.</summary>
    static abstract TSelf Add(ref TSelf sum, TSelf a, TSelf b);

    /// <summary>A half adder: adds one to the sum, and returns the carry.</summary>
    static abstract TSelf Add(ref TSelf sum, TSelf a);

    /// <summary>One step of a comparison, from the lowest place to the highest: what exceeded below, or does here.</summary>
    /// <param name="place">Bits of the numbers at this place.</param>
    /// <param name="above">All ones if the limit has a zero here, else zero.</param>
    /// <param name="below">Numbers that exceed the limit in the places below.</param>
    static abstract TSelf Exceeding(TSelf place, ulong above, TSelf below);

    /// <summary>Stores the complement, and says whether it has a bit set.</summary>
    static abstract bool StoreComplement(TSelf lanes, ulong* target);
}
