namespace Pipeline.VectorIndex.Hamming;

/// <summary>A code that may be a hit of a search.</summary>
internal unsafe struct Met
{
    /// <summary>Where its value is, in memory that does not move.</summary>
    public int* Place;

    /// <summary>The value, once it is read.</summary>
    public int Value;

    /// <summary>The distance of a code of a single word.</summary>
    public int Distance;

    /// <summary>The step that met it.</summary>
    public int Step;
}
