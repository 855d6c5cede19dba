using System.Numerics;
using Pipeline.VectorIndex.Kernels;
using Xunit;

namespace Pipeline.Tests.Unit.VectorIndex.Hamming;

/// <summary>Every width finds the words that counting bits finds.</summary>
public unsafe class WordDistanceTests
{
    private delegate ulong Within(ulong* words, int count, ulong query, int limit);

    [Fact]
    public void Every_width_finds_the_words_within_each_limit_in_lists_of_every_length()
    {
        (bool Supported, Within Run)[] widths =
        [
            (true, WordDistance.WithinScalar),
            (WordDistance.Has256, WordDistance.Within256), (WordDistance.Has512, WordDistance.Within512), (true, WordDistance.Within),
        ];
        var random = new Random(1);
        for (var count = 1; count <= 64; count++)
        {
            var query = (ulong)random.NextInt64(16);
            ulong[] words = [.. Enumerable.Range(0, count).Select(i => query ^ (i % 3 == 0 ? (ulong)random.NextInt64() : (1UL << random.Next(64)) - 1)), .. new ulong[WordDistance.ReadAhead]];
            foreach (var limit in (int[])[0, 1, 8, 31, 63, 64])
            {
                ulong expected = 0;
                for (var i = 0; i < count; i++)
                {
                    expected |= BitOperations.PopCount(words[i] ^ query) <= limit ? 1UL << i : 0;
                }

                foreach (var (_, run) in widths.Where(width => width.Supported))
                {
                    fixed (ulong* first = words)
                    {
                        Assert.Equal(expected, run(first, count, query, limit));
                    }
                }
            }
        }
    }
}
