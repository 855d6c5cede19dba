using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.VectorIndex.Embedded;

/// <summary>Scans the rows of a mask, chunk by chunk, on one or several threads.</summary>
internal static class BlockScan
{
    public static void Run<TScorer>(RowMask mask, TScorer scorer, TopK best, Func<TopK> createLocal, int threads, CancellationToken ct)
        where TScorer : struct, IBlockScorer
    {
        if (threads <= 1)
        {
            for (var chunk = 0; chunk < mask.ChunkCount; chunk++)
            {
                ct.ThrowIfCancellationRequested();
                ScanChunk(mask, chunk, scorer, best);
            }

            return;
        }

        var next = -1;
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = ct };
        Parallel.For(0, threads, options, _ =>
        {
            using var local = createLocal();
            for (var chunk = Interlocked.Increment(ref next); chunk < mask.ChunkCount; chunk = Interlocked.Increment(ref next))
            {
                ct.ThrowIfCancellationRequested();
                ScanChunk(mask, chunk, scorer, local);
            }

            lock (best)
            {
                best.Merge(local);
            }
        });
    }

    private static void ScanChunk<TScorer>(RowMask mask, int chunk, TScorer scorer, TopK best)
        where TScorer : struct, IBlockScorer
    {
        Span<float> scores = stackalloc float[Rows.PerWord];
        var words = mask.Chunk(chunk);
        var firstRow = chunk * Rows.PerChunk;
        for (var w = 0; w < words.Length; w++)
        {
            if (words[w] == 0)
            {
                continue;
            }

            scorer.Score(chunk, w, words[w], scores);

            // Once the heap is full few rows reach its threshold: those that do not are passed over eight at a time.
            for (var word = words[w] & AtLeast(scores, (float)best.Threshold); word != 0; word &= word - 1)
            {
                var r = BitOperations.TrailingZeroCount(word);
                best.Offer(scores[r], firstRow + (w * Rows.PerWord) + r);
            }
        }
    }

    private static ulong AtLeast(ReadOnlySpan<float> scores, float threshold)
    {
        ref var first = ref MemoryMarshal.GetReference(scores);
        var limit = Vector256.Create(threshold);
        ulong result = 0;
        for (var lane = 0; lane < Rows.PerWord; lane += Vector256<float>.Count)
        {
            var bits = Vector256.GreaterThanOrEqual(Vector256.LoadUnsafe(ref first, (nuint)lane), limit).ExtractMostSignificantBits();
            result |= (ulong)bits << lane;
        }

        return result;
    }
}
