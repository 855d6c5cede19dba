using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Indexing;
using Pipeline.VectorIndex;
using Xunit;

namespace Pipeline.Tests.Unit.Indexing;

/// <summary>A vocabulary takes another's place.</summary>
public sealed class VocabularyChangeTests : WordsTest
{
    [Fact]
    public async Task A_new_vocabulary_takes_the_words_of_the_old_one_and_all_embedded_vectors_out_first()
    {
        await ServeAsync("v1");
        await WordsAsync("v1", 4);
        await EmbedAsync("v1");
        Assert.NotNull(Embedded(await PointAsync()));

        await ServeAsync("v2");

        var point = await PointAsync();
        Assert.Null(Words(point));
        Assert.Null(Embedded(point));
        Assert.True(point!.Vectors.ContainsKey(IndexSpaces.Cnn));
        Assert.Equal("v2", (await Generations.CurrentAsync(Collection, None))!.VocabularyVersion);
        var missing = Assert.Single(await MissingAsync("v2"));
        Assert.Equal((Image, "v2", TrafficClass.Bulk), (missing.ImageId, missing.VocabularyVersion, missing.Traffic));
        await WordsAsync("v2", 5);
        Assert.Empty(await MissingAsync("v2"));
        Assert.False(await Catalog.Blobs.ExistsAsync(BlobKeys.Words(Collection, Image, 1, "v1"), None));
    }

    [Fact]
    public async Task A_change_that_is_cut_off_leaves_no_vocabulary_serving_and_the_next_delivery_goes_on()
    {
        await ServeAsync("v1");
        await WordsAsync("v1", 4);
        var (_, _, cutOff) = Over(InterruptedIndex.Create(Index, nameof(IVectorIndex.SetVectorsAsync), () => throw new IOException("The process ends here.")));
        var published = Published("v2");
        await Assert.ThrowsAsync<IOException>(() => cutOff.ServeAsync(published, None));
        Assert.Null((await Generations.CurrentAsync(Collection, None))!.VocabularyVersion);

        Assert.True(await Change.ServeAsync(published, None));
        Assert.True(await Change.ServeAsync(published, None));

        Assert.Null(Words(await PointAsync()));
        Assert.Equal("v2", (await Generations.CurrentAsync(Collection, None))!.VocabularyVersion);
    }

    [Fact]
    public async Task An_earlier_vocabulary_that_is_announced_again_does_not_come_back()
    {
        var first = await TrainedAsync("v1");
        await Change.ServeAsync(first, None);
        var second = await TrainedAsync("v2");
        await Change.ServeAsync(second, None);

        Assert.False(await Change.ServeAsync(first, None));

        Assert.Equal("v2", (await Generations.CurrentAsync(Collection, None))!.VocabularyVersion);
    }

    [Fact]
    public async Task A_slow_writer_of_old_words_does_not_mix_them_with_the_new_ones()
    {
        await ServeAsync("v1");
        var changed = Task.CompletedTask;
        var (_, slow, _) = Over(InterruptedIndex.Create(Index, nameof(IVectorIndex.UpsertAsync), () =>
        {
            // The change waits for the writer; were it not to, the old words would come after it.
            changed = Change.ServeAsync(Published("v2"), None);
            return Task.CompletedTask;
        }));

        await SettleWordsAsync(slow, "v1", Image, 1, 4);
        await changed;

        Assert.Null(Words(await PointAsync()));
    }
}
