using Pipeline.VectorIndex.Hamming;
using Pipeline.VectorIndex.Kernels;

namespace Pipeline.VectorIndex.Embedded;

/// <summary>Offers negated Hamming distances.</summary>
internal readonly struct CodeScanner(CodeColumn column, PlaneQuery query) : IChunkScanner
{
    private const int BlocksPerChunk = Rows.PerChunk / HammingKernel.BlockRows;

    public void Scan(RowMask mask, int chunk, TopK best)
    {
        var first = chunk * BlocksPerChunk;
        BlockScan.Run(column.Codes, query, first, first + BlocksPerChunk, new Sink(mask, best, query.Planes));
    }

    private readonly struct Sink(RowMask mask, TopK best, int greatest) : IRowSink
    {
        // The heap's worst distance is still good enough for a smaller id.
        public int Limit => (int)Math.Min(greatest, -best.Threshold);

        public ReadOnlySpan<ulong> Rows(int block) => mask.Words.Slice(block * HammingKernel.PlaneWords, HammingKernel.PlaneWords);

        public void Offer(int distance, int row) => best.Offer(-distance, row);
    }
}
