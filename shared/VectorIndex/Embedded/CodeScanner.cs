using System.Numerics;
using Pipeline.VectorIndex.Hamming;
using Pipeline.VectorIndex.Kernels;

namespace Pipeline.VectorIndex.Embedded;

/// <summary>Offers negated Hamming distances.</summary>
internal readonly struct CodeScanner(CodeColumn column, PlaneQuery query) : IChunkScanner
{
    private const int BlocksPerChunk = Rows.PerChunk / HammingKernel.BlockRows;
    private const int WordsPerBlock = HammingKernel.BlockRows / Rows.PerWord;

    public unsafe void Scan(RowMask mask, int chunk, TopK best)
    {
        var scratch = stackalloc ulong[BlockComparer.ScratchWords(query.Planes)];
        var comparer = new BlockComparer(query, scratch);
        var words = mask.Chunk(chunk);
        var limit = -1;
        for (var b = 0; b < BlocksPerChunk; b++)
        {
            var rows = words.Slice(b * WordsPerBlock, WordsPerBlock);
            if (!rows.ContainsAnyExcept(0UL))
            {
                continue;
            }

            // The heap's worst distance is still good enough for a smaller id.
            var worst = (int)Math.Min(query.Planes, -best.Threshold);
            if (worst != limit)
            {
                limit = worst;
                comparer.SetLimit(limit);
            }

            var block = (chunk * BlocksPerChunk) + b;
            if (!comparer.Compare(column.Codes.Block(block)))
            {
                continue;
            }

            for (var w = 0; w < WordsPerBlock; w++)
            {
                for (var hits = rows[w] & comparer.Hits(w); hits != 0; hits &= hits - 1)
                {
                    var r = BitOperations.TrailingZeroCount(hits);
                    best.Offer(-comparer.Distance(w, r), (block * HammingKernel.BlockRows) + (w * Rows.PerWord) + r);
                }
            }
        }
    }
}
