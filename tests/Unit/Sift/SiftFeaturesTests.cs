using System.Buffers.Binary;
using Pipeline.Sift;
using Xunit;

namespace Pipeline.Tests.Unit.Sift;

public sealed class SiftFeaturesTests
{
    private static readonly byte[] Bytes = TestScenes.Features(TestScenes.Picture(4), new SiftOptions { MaxKeypoints = 20 }).Serialize();

    [Fact]
    public void Come_back_as_they_were()
    {
        var features = SiftFeatures.Parse(Bytes);
        Assert.Equal(20, features.Count);
        Assert.Equal((480, 360), (features.Width, features.Height));
        Assert.Equal(20 + (20 * 152), Bytes.Length);
        Assert.Equal(Bytes, features.Serialize());
        var none = SiftFeatures.Parse(new SiftExtractor(new SiftOptions()).Extract(new byte[400], 20, 20).Serialize());
        Assert.Equal(0, none.Count);
    }

    [Fact]
    public void Cut_off_or_continued_anywhere_they_are_refused()
    {
        for (var length = 0; length < Bytes.Length; length += length < 64 ? 1 : 61)
        {
            Assert.Throws<InvalidDataException>(() => SiftFeatures.Parse(Bytes.AsSpan(0, length)));
        }

        Assert.Throws<InvalidDataException>(() => SiftFeatures.Parse([.. Bytes, 0]));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(4, 2)]
    [InlineData(8, 0)]
    [InlineData(8, -1)]
    [InlineData(12, int.MaxValue)]
    [InlineData(16, -1)]
    [InlineData(16, 19)]
    [InlineData(16, int.MaxValue)]
    [InlineData(20, 0x7FC00000)] // NaN as x
    [InlineData(24, 0x7F800000)] // infinity as y
    [InlineData(28, 0)] // no size
    public void A_wrong_field_is_refused(int offset, int value)
    {
        var damaged = Bytes.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(damaged.AsSpan(offset), value);
        Assert.Throws<InvalidDataException>(() => SiftFeatures.Parse(damaged));
    }

    [Fact]
    public void Random_damage_is_refused_or_read_but_never_anything_else()
    {
        var random = new Random(9);
        for (var trial = 0; trial < 2000; trial++)
        {
            var damaged = Bytes.ToArray();
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                Assert.Equal(damaged, SiftFeatures.Parse(damaged).Serialize());
            }
            catch (InvalidDataException)
            {
                // Refused, which is the other right answer.
            }
        }
    }
}
