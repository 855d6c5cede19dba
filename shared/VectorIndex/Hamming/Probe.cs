namespace Pipeline.VectorIndex.Hamming;

/// <summary>A bucket that a search looks into; what lies where is known once it is fetched.</summary>
internal unsafe struct Probe
{
    /// <summary>The bucket, in an array that does not move.</summary>
    public Bucket* Bucket;

    /// <summary>The kept words of the slab, later those of the bucket, in an array that does not move while it is searched.</summary>
    public ulong* Words;

    /// <summary>Where the bucket lies in its slab.</summary>
    public int Start;

    /// <summary>Codes in it.</summary>
    public int Count;

    /// <summary>Number of its table.</summary>
    public int Table;

    /// <summary>The step that looks.</summary>
    public int Step;
}
