namespace Pipeline.VectorIndex.Hamming;

/// <summary>Takes the rows that a <see cref="BlockScan"/> finds. Implemented by structs, so that the scan is compiled for each.</summary>
internal interface IRowSink
{
    /// <summary>Greatest distance that is wanted at the moment; negative once there is nothing left to find.</summary>
    int Limit { get; }

    /// <summary>The rows to look at in a block, 64 a word.</summary>
    ReadOnlySpan<ulong> Rows(int block);

    /// <summary>Takes a row; it may be beyond <see cref="Limit"/>.</summary>
    void Offer(int distance, int row);
}
