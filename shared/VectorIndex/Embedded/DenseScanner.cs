using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.VectorIndex.Embedded;

/// <summary>Offers dot products.</summary>
internal readonly struct DenseScanner(DenseScorer scorer) : IChunkScanner
{
    public void Scan(RowMask mask, int chunk, TopK best)
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
