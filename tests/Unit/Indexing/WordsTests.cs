using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Indexing;
using Pipeline.VectorIndex;
using Xunit;

namespace Pipeline.Tests.Unit.Indexing;

/// <summary>Visual words come into the index.</summary>
public sealed class WordsTests : WordsTest
{
    [Fact]
    public async Task Words_come_to_a_point_that_is_there_already_and_change_nothing_else_of_it()
    {
        await ServeAsync("v1");
        var before = await PointAsync();

        var indexed = await WordsAsync("v1", 4);

        var point = await PointAsync();
        Assert.Equal("v1", ImageEvents.Indexed(indexed!, Serving("v1")).VocabularyVersion);
        Assert.Null(ImageEvents.Indexed(indexed!, Serving("v2")).VocabularyVersion);
        Assert.Equal([4u], Words(point));
        Assert.Equal(((DenseVector)before!.Vectors[IndexSpaces.Cnn]).Values, ((DenseVector)point!.Vectors[IndexSpaces.Cnn]).Values);
        Assert.Equal(before.Payload.ExternalIds, point.Payload.ExternalIds);
    }

    [Fact]
    public async Task Words_of_a_vocabulary_that_does_not_serve_are_ignored_and_go()
    {
        await ServeAsync("v1");

        Assert.Null(await WordsAsync("v2", 4));

        Assert.Null(Words(await PointAsync()));
        Assert.False(await Catalog.Blobs.ExistsAsync(BlobKeys.Words(Collection, Image, 1, "v2"), None));
        Assert.DoesNotContain(Stages.Words, (await Catalog.Images.GetAsync(Collection, Image, None))!.Stages.Keys);
    }

    [Fact]
    public async Task An_empty_bag_is_settled_and_has_no_vector()
    {
        await ServeAsync("v1");

        Assert.NotNull(await WordsAsync("v1"));

        var point = await PointAsync();
        Assert.False(point!.Vectors.ContainsKey(IndexSpaces.Sift));
        Assert.True(point.Vectors.ContainsKey(IndexSpaces.Cnn));
    }

    [Fact]
    public async Task Words_that_come_again_change_nothing()
    {
        await ServeAsync("v1");
        var first = await WordsAsync("v1", 4);

        var second = await WordsAsync("v1", 4);

        Assert.Equal(first!.PayloadRevision, second!.PayloadRevision);
        Assert.Equal([4u], Words(await PointAsync()));
    }

    [Fact]
    public async Task An_image_that_only_sift_could_read_becomes_a_point_of_its_words_alone()
    {
        await ServeAsync("v1");
        var image = Guid.NewGuid();
        await AcceptAsync(image, 1);
        await SiftAsync(image, 1);
        await Indexer.SettleAsync(Collection, image, 1, Stages.Cnn, new() { Done = false, Reason = RejectionReasons.CorruptImage }, None);
        Assert.Null(await PointAsync(image));

        await WordsAsync("v1", image, 1, 7);

        var point = await PointAsync(image);
        Assert.Equal([7u], Words(point));
        Assert.Equal([IndexSpaces.Sift], point!.Vectors.Keys);
        var active = (await Catalog.Collections.GetAsync(Collection, None))!.Active!;
        var hits = await Index.SearchAsync(active.IndexName(Collection), new IndexQuery { Space = IndexSpaces.Cnn, Vector = new DenseVector([1, 0]), Limit = 10 });
        Assert.Equal([Image], hits.Select(hit => hit.Id));
    }

    [Fact]
    public async Task Words_of_an_earlier_life_do_not_come_into_the_next_and_their_blob_goes()
    {
        await ServeAsync("v1");
        await DeleteAsync(1);
        await LiveAsync(Image, life: 2);

        Assert.Null(await WordsAsync("v1", Image, 1, 4));

        Assert.Null(Words(await PointAsync()));
        Assert.False(await Catalog.Blobs.ExistsAsync(BlobKeys.Words(Collection, Image, 1, "v1"), None));
    }

    [Fact]
    public async Task Features_that_come_after_the_vocabulary_have_their_words_made_and_those_before_only_if_none_are()
    {
        var extracted = new SiftExtracted { Collection = Collection, ImageId = Image, FeatureKey = "s", SiftVersion = "s", Keypoints = 1 };
        Assert.Empty(await Indexer.WordsToMakeAsync(extracted, None));
        await ServeAsync("v1");

        var command = Assert.Single(await Indexer.WordsToMakeAsync(extracted, None));
        Assert.Equal(("v1", "s", TrafficClass.Live), (command.VocabularyVersion, command.FeatureKey, command.Traffic));
        Assert.Empty(await Indexer.WordsToMakeAsync(extracted with { Incarnation = 2 }, None));

        await WordsAsync("v1", 4);
        Assert.Empty(await Indexer.WordsToMakeAsync(extracted, None));
    }
}
