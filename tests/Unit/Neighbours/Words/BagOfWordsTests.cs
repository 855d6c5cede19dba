using FsCheck;
using FsCheck.Fluent;
using Pipeline.Neighbours;
using Pipeline.Neighbours.Words;
using Xunit;

namespace Pipeline.Tests.Unit.Neighbours.Words;

public sealed class BagOfWordsTests
{
    private static readonly BagOfWords Bag =
        new(new VocabularyTrainer(new VocabularyOptions { Words = 60, Branches = 4 }).Train(Descriptors.Images(15, 120)));

    [Fact]
    public void Agrees_with_the_definition_for_any_image()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<byte>(), ArbMap.Default.ArbFor<ushort>(), (count, seed) =>
        {
            var image = Descriptors.Image(seed, count);
            var found = Bag.Describe(image);
            var words = new int[count];
            Bag.Vocabulary.Quantise(image.Descriptors, words);
            var expected = words.Distinct().Order().ToArray();
            Assert.Equal(expected, found.Indices.Select(index => (int)index));
            var length = Math.Sqrt(expected.Sum(word => Math.Pow(Bag.Vocabulary.Idf[word], 2)));
            for (var i = 0; i < expected.Length; i++)
            {
                Assert.Equal(Bag.Vocabulary.Idf[expected[i]] / length, found.Values[i], tolerance: 1e-6);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    [Fact]
    public void Without_keypoints_there_are_no_words()
    {
        var none = Bag.Describe(Descriptors.Of([]));
        Assert.Empty(none.Indices);
        Assert.Empty(none.Values);
        Assert.Equal(0, none.Dot(Bag.Describe(Descriptors.Image(4, 40))));
    }

    [Fact]
    public void One_descriptor_is_one_word_of_weight_one()
    {
        var one = Bag.Describe(Descriptors.Image(4, 1));
        Assert.Single(one.Indices);
        Assert.Equal([1f], one.Values);
    }

    [Fact]
    public void Repeating_a_descriptor_changes_nothing()
    {
        var image = Descriptors.Image(5, 40);
        byte[] repeated = [.. image.Descriptors, .. image.Descriptors[..(128 * 20)], .. image.Descriptors[..128]];
        Assert.Equal(Bag.Describe(image).Indices, Bag.Describe(Descriptors.Of(repeated)).Indices);
        Assert.Equal(Bag.Describe(image).Values, Bag.Describe(Descriptors.Of(repeated)).Values);
    }

    [Fact]
    public void Similarity_is_symmetric_one_for_itself_and_higher_for_images_that_share_descriptors()
    {
        var image = Descriptors.Image(6, 100);
        var sharing = Descriptors.Of([.. image.Descriptors[..(128 * 60)], .. Descriptors.Image(7, 40).Descriptors]);
        var other = Bag.Describe(Descriptors.Image(8, 100));
        SparseRow a = Bag.Describe(image), b = Bag.Describe(sharing);
        Assert.Equal(1, a.Dot(a), 5);
        Assert.Equal(a.Dot(b), b.Dot(a));
        Assert.True(a.Dot(b) > a.Dot(other) + 0.2, $"{a.Dot(b)} is not above {a.Dot(other)}.");
    }

    [Fact]
    public void A_vocabulary_of_one_image_still_gives_it_a_vector()
    {
        var image = Descriptors.Image(9, 30);
        var vector = new BagOfWords(new VocabularyTrainer(new VocabularyOptions()).Train([image])).Describe(image);
        Assert.Equal(1, vector.Dot(vector), 5);
    }
}
