using Pipeline.Neighbours.Words;
using Xunit;

namespace Pipeline.Tests.Unit.Neighbours.Words;

public sealed class VocabularyTrainerTests
{
    private const int Size = Descriptors.Size;
    private static readonly VocabularyOptions Small = new() { Words = 40, Branches = 4 };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void The_same_images_give_the_same_bytes_on_any_number_of_threads(int threads)
    {
        var images = Descriptors.Images(12, 150);
        var expected = new VocabularyTrainer(Small).Train(images).Serialize();
        var options = new VocabularyOptions { Words = 40, Branches = 4, Threads = threads };
        Assert.Equal(expected, new VocabularyTrainer(options).Train(images).Serialize());
        options.Seed++;
        Assert.NotEqual(expected, new VocabularyTrainer(options).Train(images).Serialize());
    }

    [Fact]
    public void Clusters_lie_where_the_descriptors_do()
    {
        // Two tight clusters: whatever the first centroids are, the means must come out.
        byte[] levels = [20, 240];
        var rows = levels.SelectMany(level => Enumerable.Range(-2, 5).SelectMany(shift => Enumerable.Repeat((byte)(level + shift), Size))).ToArray();
        var clusters = KMeans.Fit(rows, 2, 20, 1, new ParallelOptions());
        Assert.Equal(levels, Enumerable.Range(0, 2).Select(i => clusters.Centroids[i * Size]).Order());
        Assert.All(clusters.Members, members => Assert.Equal(5, members.Length));
    }

    [Fact]
    public void Each_round_of_k_means_lowers_the_error_and_members_are_nearest_to_their_centroid()
    {
        var rows = Descriptors.Uniform(700, 12);
        var errors = new List<long>();
        foreach (var rounds in new[] { 1, 2, 4, 8 })
        {
            var clusters = KMeans.Fit(rows, 30, rounds, 5, new ParallelOptions());
            long error = 0;
            for (var c = 0; c < clusters.Members.Length; c++)
            {
                foreach (var row in clusters.Members[c])
                {
                    var own = Descriptors.Distance(rows.AsSpan(row * Size, Size), clusters.Centroids.AsSpan(c * Size, Size));
                    error += own;
                    for (var other = 0; other < clusters.Members.Length; other++)
                    {
                        Assert.True(own <= Descriptors.Distance(rows.AsSpan(row * Size, Size), clusters.Centroids.AsSpan(other * Size, Size)));
                    }
                }
            }

            errors.Add(error);
        }

        Assert.Equal(errors.OrderDescending(), errors);
        Assert.True(errors[^1] < errors[0]);
    }

    [Fact]
    public void Fewer_descriptors_than_words_give_a_word_each_at_most()
    {
        var images = Descriptors.Images(2, 3);
        var vocabulary = new VocabularyTrainer(new VocabularyOptions()).Train(images);
        Assert.InRange(vocabulary.WordCount, 1, 6);
        Assert.InRange(vocabulary.Size, vocabulary.WordCount, 6);
    }

    [Fact]
    public void Equal_descriptors_make_one_word()
    {
        var one = Descriptors.Uniform(1, 3);
        var image = Descriptors.Of([.. Enumerable.Range(0, 50).SelectMany(_ => one)]);
        var vocabulary = new VocabularyTrainer(Small).Train([image, image]);
        Assert.Equal(1, vocabulary.WordCount);
        Assert.Equal(1, vocabulary.Size);
    }

    [Fact]
    public void One_descriptor_is_enough_and_none_is_refused()
    {
        var none = Descriptors.Of([]);
        var vocabulary = new VocabularyTrainer(Small).Train([Descriptors.Image(1, 1), none]);
        Assert.Equal(1, vocabulary.Size);
        Assert.Equal(2, vocabulary.ImageCount);
        Assert.Throws<ArgumentException>(() => new VocabularyTrainer(Small).Train([none, none]));
        Assert.Throws<ArgumentException>(() => new VocabularyTrainer(Small).Train([]));
    }

    [Fact]
    public void Weights_are_the_inverse_document_frequencies_of_the_words_as_they_are_found()
    {
        var images = Descriptors.Images(20, 120);
        var vocabulary = new VocabularyTrainer(Small).Train(images);
        var counts = new int[vocabulary.Size];
        foreach (var image in images)
        {
            var words = new int[image.Count];
            vocabulary.Quantise(image.Descriptors, words);
            foreach (var word in words.Distinct())
            {
                counts[word]++;
            }
        }

        Assert.Equal(counts.Select(n => (float)Math.Log(1 + (20.0 / Math.Max(1, n)))), vocabulary.Idf.ToArray());
        Assert.True(counts.Distinct().Count() > 3);
    }

    [Fact]
    public void Of_too_many_descriptors_a_sample_is_taken()
    {
        var images = Descriptors.Images(10, 100);
        var vocabulary = new VocabularyTrainer(new VocabularyOptions { Words = 500, MaxDescriptors = 60 }).Train(images);
        Assert.InRange(vocabulary.WordCount, 30, 60);
        Assert.Equal(10, vocabulary.ImageCount);
    }

    [Fact]
    public void Progress_rises_to_one()
    {
        var told = new List<double>();
        new VocabularyTrainer(Small).Train(Descriptors.Images(5, 100), new Told(told));
        Assert.Equal(told.Order(), told);
        Assert.Equal(1, told[^1]);
        Assert.True(told.Count > 2);
    }

    [Fact]
    public void It_stops_when_cancelled()
    {
        using var source = new CancellationTokenSource();
        var images = Descriptors.Images(5, 100);
        Assert.ThrowsAny<OperationCanceledException>(() => new VocabularyTrainer(Small).Train(images, new Cancelling(source), source.Token));
    }

    [Theory]
    [InlineData(0, 16)]
    [InlineData(65_537, 16)]
    [InlineData(10, 0)]
    [InlineData(10, 257)]
    public void Options_out_of_range_are_refused(int words, int branches)
    {
        var trainer = new VocabularyTrainer(new VocabularyOptions { Words = words, Branches = branches });
        Assert.Throws<ArgumentOutOfRangeException>(() => trainer.Train(Descriptors.Images(1, 5)));
    }

    private sealed class Told(List<double> values) : IProgress<double>
    {
        public void Report(double value) => values.Add(value);
    }

    private sealed class Cancelling(CancellationTokenSource source) : IProgress<double>
    {
        public void Report(double value) => source.Cancel();
    }
}
