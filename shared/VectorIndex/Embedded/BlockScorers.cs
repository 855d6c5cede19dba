using System.Numerics;
using Pipeline.VectorIndex.Hamming;
using Pipeline.VectorIndex.Kernels;

namespace Pipeline.VectorIndex.Embedded;

/// <summary>Scores 64 rows at a time. Implemented by structs, so that the scan is compiled for each.</summary>
internal interface IBlockScorer
{
    /// <summary>The first rows of a word, as bits, of those that fit the nearest cache together.</summary>
    static abstract ulong CachedRows { get; }

    /// <summary>Writes a score for each row of <paramref name="mask"/>; what it writes for others is not read.</summary>
    void Score(int chunk, int word, ulong mask, Span<float> scores);
}

/// <summary>Dot products with a query that is padded like the column and outlives the scorer.</summary>
internal readonly unsafe struct DenseScorer(DenseColumn column, float* query) : IBlockScorer
{
    public static ulong CachedRows => 0xFF;

    public void Score(int chunk, int word, ulong mask, Span<float> scores)
    {
        var rows = column.Slab(chunk) + ((long)word * Rows.PerWord * column.Stride);
        for (; mask != 0; mask &= mask - 1)
        {
            var r = BitOperations.TrailingZeroCount(mask);
            scores[r] = DotKernel.Dot(rows + ((long)r * column.Stride), query, column.Stride);
        }
    }
}

/// <summary>Negated Hamming distances.</summary>
internal readonly unsafe struct CodeScorer(CodeColumn column, PlaneQuery query) : IBlockScorer
{
    private const int WordsPerBlock = HammingKernel.BlockRows / Rows.PerWord;

    public static ulong CachedRows => ulong.MaxValue;

    public void Score(int chunk, int word, ulong mask, Span<float> scores)
    {
        var block = (chunk * Rows.WordsPerChunk / WordsPerBlock) + (word / WordsPerBlock);
        fixed (float* target = scores)
        {
            HammingKernel.Score64(column.Codes.Block(block) + (word % WordsPerBlock), query.Words, query.Planes, target);
        }
    }
}
