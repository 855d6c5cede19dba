using System.Numerics;
using Pipeline.VectorIndex.Kernels;
using Xunit;

namespace Pipeline.Tests.Unit.VectorIndex.Hamming;

/// <summary>Every width finds the words that counting bits finds.</summary>
public class WordLanesTests
{
    [Fact]
    public void One_word_at_a_time() => Agrees_with_counting_bits<WordLanes64>();

    [Fact]
    public void Four_words_at_a_time()
    {
        if (WordLanes256.IsSupported)
        {
            Agrees_with_counting_bits<WordLanes256>();
        }
    }

    [Fact]
    public void Eight_words_at_a_time()
    {
        if (WordLanes512.IsSupported)
        {
            Agrees_with_counting_bits<WordLanes512>();
        }
    }

    private static unsafe void Agrees_with_counting_bits<TLanes>()
        where TLanes : struct, IWordLanes
    {
        var random = new Random(1);
        ulong[] masks = [0xFFFF, 0x1FFFFF_0000, 0x7FFF_FFE0_0000_0000, 1UL << 63];
        for (var round = 0; round < 300; round++)
        {
            var query = (ulong)random.NextInt64() << random.Next(2);
            ulong[] words = [.. Enumerable.Range(0, TLanes.Words).Select(_ => query ^ Difference(random))];
            fixed (ulong* first = words)
            {
                foreach (var limit in (int[])[0, 1, 8, 31, 63, 64])
                {
                    Assert.Equal(Bits(words, word => Distance(word, query) <= limit), TLanes.Within(first, query, limit));
                }

                foreach (var (least, oneMore) in ((int, int)[])[(0, 0), (0, 3), (1, 0), (1, 2), (2, 4), (16, 0), (64, 0)])
                {
                    var expected = Bits(words, word => !masks.Where((mask, m) => Distance(word & mask, query & mask) < least + (m < oneMore ? 1 : 0)).Any());
                    Assert.Equal(expected, TLanes.Beyond(first, query, masks, least, oneMore));
                }
            }
        }
    }

    private static ulong Difference(Random random) => random.Next(3) switch
    {
        0 => (ulong)random.NextInt64() << random.Next(2),
        1 => (1UL << random.Next(64)) - 1,
        _ => (1UL << random.Next(64)) | (1UL << random.Next(64)),
    };

    private static int Distance(ulong a, ulong b) => BitOperations.PopCount(a ^ b);

    private static uint Bits(ulong[] words, Func<ulong, bool> isSet) =>
        words.Select((word, i) => isSet(word) ? 1u << i : 0).Aggregate(0u, (all, bit) => all | bit);
}
