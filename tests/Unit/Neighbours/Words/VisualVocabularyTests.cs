using System.Buffers.Binary;
using Pipeline.Neighbours.Words;
using Xunit;

namespace Pipeline.Tests.Unit.Neighbours.Words;

public sealed class VisualVocabularyTests
{
    private static readonly VisualVocabulary Vocabulary =
        new VocabularyTrainer(new VocabularyOptions { Words = 30, Branches = 4 }).Train(Descriptors.Images(10, 120));

    private static readonly byte[] Bytes = Vocabulary.Serialize();

    [Fact]
    public void Comes_back_as_it_was()
    {
        var read = VisualVocabulary.Parse(Bytes);
        Assert.Equal(Bytes, read.Serialize());
        Assert.Equal((Vocabulary.Size, Vocabulary.WordCount, 10), (read.Size, read.WordCount, read.ImageCount));
        Assert.Equal(Vocabulary.Version, read.Version);
        Assert.Matches("^words-[0-9a-f]{12}$", read.Version);
        Assert.StartsWith(read.Version["words-".Length..], read.Sha256, StringComparison.Ordinal);
        var image = Descriptors.Image(77, 50);
        int[] before = new int[50], after = new int[50];
        Vocabulary.Quantise(image.Descriptors, before);
        read.Quantise(image.Descriptors, after);
        Assert.Equal(before, after);
    }

    [Fact]
    public void Another_weight_is_another_version()
    {
        var other = Bytes.ToArray();
        BinaryPrimitives.WriteSingleLittleEndian(other.AsSpan(^4), 0.125f);
        Assert.NotEqual(Vocabulary.Version, VisualVocabulary.Parse(other).Version);
    }

    [Fact]
    public void Cut_off_or_continued_anywhere_it_is_refused()
    {
        for (var length = 0; length < Bytes.Length; length += length < 64 ? 1 : 61)
        {
            Assert.Throws<InvalidDataException>(() => VisualVocabulary.Parse(Bytes.AsSpan(0, length)));
        }

        Assert.Throws<InvalidDataException>(() => VisualVocabulary.Parse([.. Bytes, 0]));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(4, 2)]
    [InlineData(4, 0x10001)]
    [InlineData(8, 0)]
    [InlineData(8, -1)]
    [InlineData(8, int.MaxValue)]
    [InlineData(12, 29)]
    [InlineData(12, int.MaxValue)]
    [InlineData(16, 0)]
    [InlineData(-4, 0)] // no weight
    [InlineData(-4, -1)] // NaN
    [InlineData(-4, 0x7F800000)] // infinity
    [InlineData(-4, unchecked((int)0xBF800000))] // −1
    public void A_wrong_field_is_refused(int offset, int value)
    {
        var damaged = Bytes.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(damaged.AsSpan(offset < 0 ? damaged.Length + offset : offset), value);
        Assert.Throws<InvalidDataException>(() => VisualVocabulary.Parse(damaged));
    }

    [Fact]
    public void A_cell_with_no_or_one_more_part_is_refused()
    {
        var counts = 20 + (Vocabulary.WordCount * 128);
        foreach (var change in new[] { -BinaryPrimitives.ReadUInt16LittleEndian(Bytes.AsSpan(counts)), 1 })
        {
            var damaged = Bytes.ToArray();
            var count = BinaryPrimitives.ReadUInt16LittleEndian(damaged.AsSpan(counts));
            BinaryPrimitives.WriteUInt16LittleEndian(damaged.AsSpan(counts), (ushort)(count + change));
            Assert.Throws<InvalidDataException>(() => VisualVocabulary.Parse(damaged));
        }
    }

    [Fact]
    public void Random_damage_is_refused_or_read_but_never_anything_else()
    {
        var random = new Random(9);
        var image = Descriptors.Image(78, 9);
        var words = new int[9];
        for (var trial = 0; trial < 300; trial++)
        {
            var damaged = Bytes.ToArray();
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            if (Record.Exception(() => VisualVocabulary.Parse(damaged)) is { } refused)
            {
                Assert.IsType<InvalidDataException>(refused);
                continue;
            }

            VisualVocabulary.Parse(damaged).Quantise(image.Descriptors, words);
            Assert.All(words, word => Assert.InRange(word, 0, Vocabulary.Size - 1));
        }
    }

    [Fact]
    public void A_single_descriptor_gets_the_word_it_gets_among_others()
    {
        var image = Descriptors.Image(79, 30);
        var together = new int[30];
        Vocabulary.Quantise(image.Descriptors, together);
        for (var i = 0; i < 30; i++)
        {
            var alone = new int[1];
            Vocabulary.Quantise(image.Descriptors.Slice(i * 128, 128), alone);
            Assert.Equal(together[i], alone[0]);
        }
    }

    [Fact]
    public void Nearly_every_descriptor_gets_the_nearest_of_all_visual_words()
    {
        var agreed = 0;
        for (var seed = 0; seed < 20; seed++)
        {
            var image = Descriptors.Image(500 + seed, 100);
            var words = new int[100];
            Vocabulary.Quantise(image.Descriptors, words);
            var nearest = VocabularyOf(Bytes).Nearest(image.Descriptors);
            agreed += words.Zip(nearest).Count(pair => pair.First == pair.Second);
        }

        Assert.InRange(agreed, 1900, 2000);
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused() =>
        Assert.Throws<ArgumentException>(() => Vocabulary.Quantise(new byte[127], new int[1]));

    private static Flat VocabularyOf(byte[] bytes) => new(VocabularyData.Parse(bytes).Branches);

    /// <summary>All visual words without a tree, by brute force.</summary>
    private sealed class Flat(byte[] centroids)
    {
        public IEnumerable<int> Nearest(ReadOnlySpan<byte> descriptors)
        {
            var found = new List<int>();
            for (var at = 0; at < descriptors.Length; at += 128)
            {
                var row = descriptors.Slice(at, 128).ToArray();
                found.Add(Enumerable.Range(0, centroids.Length / 128).MinBy(c => Descriptors.Distance(row, centroids.AsSpan(c * 128, 128))));
            }

            return found;
        }
    }
}
