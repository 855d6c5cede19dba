namespace Pipeline.VectorIndex.Hamming;

/// <summary>A bucket that a search looks into; what lies where is known once it is fetched.</summary>
internal unsafe struct Probe
{
    /// <summary>Its kept words, in an array that does not move while it is searched.</summary>
    public ulong* Words;

    /// <summary>Where it lies in its slab.</summary>
    public int Start;

    /// <summary>Codes in it.</summary>
    public int Count;

    /// <summary>Its substring.</summary>
    public uint Key;

    /// <summary>Number of its table.</summary>
    public int Table;

    /// <summary>The step that looks.</summary>
    public int Step;
}
