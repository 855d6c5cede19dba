namespace Pipeline.VectorIndex.Hamming;

/// <summary>What the buckets of one table that a step looks into have in common.</summary>
internal unsafe struct Look
{
    /// <summary>The codes of the table's slab, in memory that does not move while it is searched.</summary>
    public ushort* Codes;

    /// <summary>What the query has in the place of what the table keeps of codes.</summary>
    public ulong Kept;

    /// <summary>In how many of these bits a hit differs at most.</summary>
    public int Limit;

    /// <summary>Planes of a code.</summary>
    public int Planes;

    /// <summary>Number of the table.</summary>
    public int Table;

    /// <summary>The step.</summary>
    public int Step;

    /// <summary>Bits that the step turns in the substring.</summary>
    public int Turned;
}
