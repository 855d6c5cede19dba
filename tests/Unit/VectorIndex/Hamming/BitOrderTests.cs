using System.Numerics;
using Pipeline.VectorIndex.Hamming;
using Xunit;

namespace Pipeline.Tests.Unit.VectorIndex.Hamming;

public class BitOrderTests
{
    [Fact]
    public void Bits_that_vary_together_come_into_different_substrings()
    {
        // Bits 2i and 2i + 1 are the same.
        var random = new Random(1);
        ulong[] codes = [.. Enumerable.Range(0, 1000).Select(_ => (ulong)random.NextInt64() & 0x5555555555555555).Select(half => half | (half << 1))];
        var order = BitOrder.Learn(codes, [22, 21, 21]);
        ulong[] substrings = [(1UL << 22) - 1, ((1UL << 21) - 1) << 22, ulong.MaxValue << 43];
        for (var i = 0; i < 32; i++)
        {
            var pair = order.Apply(3UL << (2 * i));
            Assert.All(substrings, substring => Assert.True(BitOperations.PopCount(pair & substring) <= 1));
        }
    }

    [Fact]
    public void Every_bit_has_a_place_of_its_own_and_distances_stay()
    {
        var random = new Random(2);
        ulong[] codes = [.. Enumerable.Range(0, 100).Select(_ => (ulong)random.NextInt64(1L << 40) | 1)];
        var order = BitOrder.Learn(codes, [14, 13, 13]);
        Assert.Equal(64, Enumerable.Range(0, 64).Select(bit => order.Apply(1UL << bit)).Distinct().Count());
        for (var i = 1; i < codes.Length; i++)
        {
            Assert.Equal(
                BitOperations.PopCount(codes[i] ^ codes[i - 1]), BitOperations.PopCount(order.Apply(codes[i]) ^ order.Apply(codes[i - 1])));
            Assert.Equal(0UL, order.Apply(codes[i]) >> 40); // bits behind the substrings stay
        }
    }

    [Fact]
    public void Without_codes_bits_stay_where_they_are()
    {
        Assert.Equal(0x123456789ABCDEF0UL, BitOrder.Learn([], [32, 32]).Apply(0x123456789ABCDEF0));
        Assert.Equal(0x123456789ABCDEF0UL, new BitOrder([]).Apply(0x123456789ABCDEF0));
    }
}
