using FsCheck;
using FsCheck.Fluent;
using Pipeline.Hashing;
using Xunit;

namespace Pipeline.Tests.Unit.Hashing;

public sealed class HammingDistanceTests
{
    [Fact]
    public void Counts_the_bits_that_differ() => Prop.ForAll<byte[], byte[]>((x, y) =>
    {
        int length = Math.Min(x.Length, y.Length);
        int expected = 0;
        for (int bit = 0; bit < 8 * length; bit++)
        {
            expected += ((x[bit / 8] ^ y[bit / 8]) >> (bit % 8)) & 1;
        }

        return HammingDistance.Between(x.AsSpan(0, length), y.AsSpan(0, length)) == expected;
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(32)]
    [InlineData(33)]
    public void Complementary_codes_differ_in_every_bit(int length)
    {
        var code = new byte[length];
        new Random(length).NextBytes(code);
        byte[] complement = [.. code.Select(value => (byte)~value)];

        Assert.Equal(8 * length, HammingDistance.Between(code, complement));
        Assert.Equal(0, HammingDistance.Between(code, code));
    }

    [Fact]
    public void Codes_of_two_lengths_are_not_compared() =>
        Assert.Throws<ArgumentException>(() => HammingDistance.Between(new byte[8], new byte[16]));
}
