using System.Numerics;
using System.Runtime.CompilerServices;
using Pipeline.VectorIndex.Kernels;

namespace Pipeline.VectorIndex.Hamming;

/// <summary>Compares a query with blocks of codes, one after the other, by one thread.</summary>
internal static class BlockScan
{
    /// <summary>Offers the rows of some blocks that are within the sink's limit, ascending.</summary>
    [SkipLocalsInit]
    public static unsafe void Run<TSink>(BitPlanes codes, PlaneQuery query, int firstBlock, int endBlock, TSink sink)
        where TSink : struct, IRowSink
    {
        var scratch = stackalloc ulong[BlockComparer.ScratchWords(query.Planes)];
        var comparer = new BlockComparer(query, scratch);
        var limit = int.MinValue;
        for (var block = firstBlock; block < endBlock; block++)
        {
            var wanted = sink.Limit;
            if (wanted < 0)
            {
                return;
            }

            var rows = sink.Rows(block);
            if (!rows.ContainsAnyExcept(0UL))
            {
                continue;
            }

            if (wanted != limit)
            {
                limit = wanted;
                comparer.SetLimit(limit);
            }

            if (comparer.Compare(codes.Block(block)))
            {
                Offer(comparer, rows, block, sink);
            }
        }
    }

    private static void Offer<TSink>(in BlockComparer comparer, ReadOnlySpan<ulong> rows, int block, TSink sink)
        where TSink : struct, IRowSink
    {
        for (var w = 0; w < HammingKernel.PlaneWords; w++)
        {
            for (var hits = rows[w] & comparer.Hits(w); hits != 0; hits &= hits - 1)
            {
                var r = BitOperations.TrailingZeroCount(hits);
                sink.Offer(comparer.Distance(w, r), (block * HammingKernel.BlockRows) + (w * 64) + r);
            }
        }
    }
}
