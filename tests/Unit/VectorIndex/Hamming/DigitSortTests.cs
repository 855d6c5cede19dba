using Pipeline.VectorIndex.Hamming;
using Xunit;

namespace Pipeline.Tests.Unit.VectorIndex.Hamming;

public class DigitSortTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    [InlineData(0, 11)]
    [InlineData(0, 12)]
    [InlineData(0, 32)]
    [InlineData(32, 4)]
    [InlineData(32, 17)]
    [InlineData(0, 64)]
    public void Keys_come_by_the_bits_asked_for_and_otherwise_stay_in_their_order(int firstBit, int bits)
    {
        var random = new Random(bits);
        foreach (var count in (int[])[0, 1, 2, 3000])
        {
            ulong[] keys = [.. Enumerable.Range(0, count).Select(_ => (ulong)random.NextInt64(long.MinValue, long.MaxValue))];
            ulong[] expected = [.. keys.OrderBy(key => bits == 0 ? 0 : key >> firstBit << (64 - bits))];
            var sorted = keys.Append(1UL).ToArray();
            var room = new ulong[count + 7];

            DigitSort.Sort(ref sorted, ref room, count, firstBit, bits);

            Assert.Equal(expected, sorted[..count]);
        }
    }
}
