namespace Pipeline.VectorIndex.Embedded;

/// <summary>Row arithmetic. A row holds one version of one point; rows are grouped in chunks, their bits in words.</summary>
internal static class Rows
{
    public const int PerChunk = 1024;
    public const int PerWord = 64;
    public const int WordsPerChunk = PerChunk / PerWord;

    public static int Chunk(int row) => row / PerChunk;

    public static int InChunk(int row) => row % PerChunk;

    public static int Word(int row) => row / PerWord;

    public static ulong Bit(int row) => 1UL << (row % PerWord);

    /// <summary>Chunks that hold this many rows.</summary>
    public static int ChunkCount(int rows) => (rows + PerChunk - 1) / PerChunk;
}
