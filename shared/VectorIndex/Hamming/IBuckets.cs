namespace Pipeline.VectorIndex.Hamming;

/// <summary>Says which ids a found row stands for.</summary>
internal interface IBuckets
{
    /// <summary>Whether ids ascend as rows do.</summary>
    static abstract bool InOrder { get; }

    /// <summary>Offers all ids of a row.</summary>
    void Offer(NearestRows nearest, int distance, int row);
}
