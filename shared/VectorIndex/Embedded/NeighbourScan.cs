using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Pipeline.VectorIndex.Hamming;

namespace Pipeline.VectorIndex.Embedded;

/// <summary>
/// Nearest and reverse nearest neighbours in one pass over the rows. Many rows that arrive together share the pass: a block of
/// the column is compared with all of them while it is in the cache.
/// </summary>
internal static class NeighbourScan
{
    public static unsafe void Run(DenseColumn column, RowMask mask, NeighbourSearch[] searches, float[] floors, int threads)
    {
        // A stored row is a padded query already, and its slab never moves.
        var scorers = Array.ConvertAll(searches, search => new DenseScorer(column, column.Row(search.Row)));
        Scan(mask, scorers, searches, floors, threads);
    }

    public static void Run(CodeColumn column, RowMask mask, NeighbourSearch[] searches, float[] floors, int threads)
    {
        var code = new byte[column.Codes.Planes / 8];
        var scorers = Array.ConvertAll(searches, search =>
        {
            column.Codes.Read(search.Row, code);
            return new CodeScorer(column, new PlaneQuery(code));
        });
        Scan(mask, scorers, searches, floors, threads);
    }

    public static void Run(SparseColumn column, RowMask mask, NeighbourSearch[] searches, float[] floors, int threads)
    {
        if (threads <= 1 || searches.Length == 1)
        {
            foreach (var search in searches)
            {
                column.Compare(search, mask, floors);
            }

            return;
        }

        var options = new ParallelOptions { MaxDegreeOfParallelism = threads };
        Parallel.ForEach(searches, options, search => column.Compare(search, mask, floors));
    }

    private static void Scan<TScorer>(RowMask mask, TScorer[] scorers, NeighbourSearch[] searches, float[] floors, int threads)
        where TScorer : struct, IBlockScorer
    {
        if (threads <= 1)
        {
            for (var chunk = 0; chunk < mask.ChunkCount; chunk++)
            {
                ScanChunk(mask, chunk, scorers, searches, floors);
            }

            return;
        }

        var next = -1;
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads };
        Parallel.For(0, threads, options, _ =>
        {
            var forks = Array.ConvertAll(searches, search => search.Fork());
            for (var chunk = Interlocked.Increment(ref next); chunk < mask.ChunkCount; chunk = Interlocked.Increment(ref next))
            {
                ScanChunk(mask, chunk, scorers, forks, floors);
            }

            lock (searches)
            {
                for (var i = 0; i < forks.Length; i++)
                {
                    searches[i].Join(forks[i]);
                    forks[i].Dispose();
                }
            }
        });
    }

    private static void ScanChunk<TScorer>(RowMask mask, int chunk, TScorer[] scorers, NeighbourSearch[] searches, float[] floors)
        where TScorer : struct, IBlockScorer
    {
        Span<float> allScores = stackalloc float[Rows.PerWord * searches.Length];
        var words = mask.Chunk(chunk);
        for (var w = 0; w < words.Length; w++)
        {
            if (words[w] == 0)
            {
                continue;
            }

            Score(chunk, w, words[w], scorers, allScores);
            var firstRow = (chunk * Rows.PerChunk) + (w * Rows.PerWord);
            for (var s = 0; s < searches.Length; s++)
            {
                var search = searches[s];
                var scores = allScores.Slice(s * Rows.PerWord, Rows.PerWord);

                // Few rows reach either bar: the others are passed over eight at a time.
                var threshold = (float)search.Best.Threshold;
                var reaching = search.Offers ? AtLeast(scores, ref floors[firstRow], threshold) : AtLeast(scores, threshold);
                for (var word = words[w] & reaching; word != 0; word &= word - 1)
                {
                    var r = BitOperations.TrailingZeroCount(word);
                    search.Offer(firstRow + r, scores[r], floors[firstRow + r]);
                }
            }
        }
    }

    /// <summary>Scores some rows for all searches before the next, so that the rows stay in the nearest cache meanwhile.</summary>
    private static void Score<TScorer>(int chunk, int word, ulong mask, TScorer[] scorers, Span<float> scores)
        where TScorer : struct, IBlockScorer
    {
        var block = scorers.Length == 1 ? ulong.MaxValue : TScorer.CachedRows;
        for (var rows = block; rows != 0; rows = block == ulong.MaxValue ? 0 : rows << BitOperations.PopCount(block))
        {
            for (var s = 0; s < scorers.Length && (mask & rows) != 0; s++)
            {
                scorers[s].Score(chunk, word, mask & rows, scores.Slice(s * Rows.PerWord, Rows.PerWord));
            }
        }
    }

    private static ulong AtLeast(ReadOnlySpan<float> scores, ref float floors, float threshold)
    {
        ref var first = ref MemoryMarshal.GetReference(scores);
        var limit = Vector256.Create(threshold);
        ulong result = 0;
        for (var lane = 0; lane < Rows.PerWord; lane += Vector256<float>.Count)
        {
            var lower = Vector256.Min(limit, Vector256.LoadUnsafe(ref floors, (nuint)lane));
            var bits = Vector256.GreaterThanOrEqual(Vector256.LoadUnsafe(ref first, (nuint)lane), lower).ExtractMostSignificantBits();
            result |= (ulong)bits << lane;
        }

        return result;
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
