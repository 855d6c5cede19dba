using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Indexing;
using Xunit;

namespace Pipeline.Tests.Unit.Indexing;

/// <summary>Images and encoders come and go while a model takes another's place.</summary>
public sealed class ModelChangeTests : ModelTest
{
    [Fact]
    public async Task An_image_that_arrives_during_the_change_is_indexed_with_both_models()
    {
        var head = await World.HeadAsync(1);
        await World.PrepareAsync(head);
        var late = await World.LiveAsync();
        Assert.Equal(ImageStatus.Processing, (await World.ImageAsync(late))!.Status);
        var asked = Assert.Single(await World.Indexer.EmbeddingsToMakeAsync(Extracted(late, Backbone), None));
        Assert.Equal((head.ModelVersion, TrafficClass.Live, late), (asked.ModelVersion, asked.Traffic, Assert.Single(asked.Images).ImageId));

        Assert.NotNull(await World.ReembeddedAsync(late, head.ModelVersion));

        Assert.Equal(ImageStatus.Indexed, (await World.ImageAsync(late))!.Status);
        Assert.Equal(ModelWorld.Embedding(Backbone), (await World.PointsAsync(1))[late]);
        Assert.Equal(ModelWorld.Embedding(head.ModelVersion), (await World.PointsAsync(2))[late]);
        Assert.Empty(await World.Indexer.EmbeddingsToMakeAsync(Extracted(late, Backbone), None));
    }

    [Fact]
    public async Task Features_of_the_old_model_that_come_after_the_switch_are_embedded_by_the_new_one_and_those_of_another_backbone_refused()
    {
        var head = await World.HeadAsync(1);
        await World.ChangeAsync(head);
        var late = await World.LiveAsync();
        Assert.Equal(ImageStatus.Processing, (await World.ImageAsync(late))!.Status);
        var asked = Assert.Single(await World.Indexer.EmbeddingsToMakeAsync(Extracted(late, Backbone), None));
        Assert.Equal(head.ModelVersion, asked.ModelVersion);
        Assert.NotNull(await World.ReembeddedAsync(late, head.ModelVersion));
        Assert.Equal(ModelWorld.Embedding(head.ModelVersion), (await World.PointsAsync(2))[late]);

        await Assert.ThrowsAsync<VersionMismatchException>(() => World.Indexer.EmbeddingsToMakeAsync(Extracted(late, "cnn-2"), None));
    }

    [Fact]
    public async Task An_image_deleted_during_the_change_leaves_nothing_in_either_index()
    {
        var head = await World.HeadAsync(1);
        await World.PrepareAsync(head);
        await World.ReembeddedAsync(One, head.ModelVersion);
        await World.DeleteAsync(One);
        Assert.Null(await World.ReembeddedAsync(One, head.ModelVersion));

        Assert.Equal([Two], (await World.PointsAsync(1)).Keys);
        Assert.Empty(await World.PointsAsync(2));
        Assert.Equal(0, await World.Index.CountAsync("shop-g2.hash-1"));
        Assert.False(await World.Catalog.Blobs.ExistsAsync(BlobKeys.Cnn(ModelWorld.Collection, One, 1, head.ModelVersion), None));
        await World.FillAsync(head.ModelVersion);
        await World.SweepAsync();
        Assert.Equal([Two], (await World.PointsAsync(2)).Keys);
    }

    [Fact]
    public async Task An_image_that_no_model_can_read_neither_holds_up_the_change_nor_is_lost_by_it()
    {
        var partial = await World.AcceptAsync();
        await World.Catalog.Collections.TrySetVocabularyAsync(ModelWorld.Collection, 1, null, "v1", None);
        await World.SettleAsync(partial, Stages.Sift, new() { Done = true, Version = "s", FeatureKey = "s" });
        await World.SettleAsync(partial, Stages.Cnn, new() { Done = false, Reason = RejectionReasons.CorruptImage });
        await World.Catalog.Blobs.PutAsync("words", Pipeline.Neighbours.SparseRowFormat.Serialize(new([3], [1f])), None);
        await World.Indexer.SettleWordsAsync(
            new() { Collection = ModelWorld.Collection, ImageId = partial, WordsKey = "words", VocabularyVersion = "v1", Words = 1 }, None);

        await World.ChangeAsync(await World.HeadAsync(1));

        Assert.Equal(2, (await World.RecordAsync()).Active!.Number);
        Assert.Empty((await World.PointsAsync(2))[partial]);
        Assert.Equal("v1", (await World.RecordAsync()).Active!.VocabularyVersion);
    }

    [Fact]
    public async Task An_encoder_that_came_to_serve_during_the_change_serves_after_it()
    {
        var head = await World.HeadAsync(1);
        await World.PrepareAsync(head);
        var active = (await World.RecordAsync()).Active!;
        await World.Catalog.Collections.TrySetNextEncoderAsync(ModelWorld.Collection, active, new EncoderChoice("hash-2", 64), None);
        foreach (var image in new[] { One, Two })
        {
            await World.ReembeddedAsync(image, Backbone, "hash-2");
        }

        await World.FillAsync(head.ModelVersion);
        await World.SweepAsync();

        Assert.Equal(new EncoderChoice("hash-2", 64), (await World.RecordAsync()).Active!.NextEncoder);
        var asked = World.Published.OfType<EncodeImage>().ToArray();
        Assert.Equal(new[] { One, Two }.Order(), asked.Select(command => command.ImageId).Order());
        Assert.All(asked, command => Assert.Equal((head.ModelVersion, "hash-2"), (command.ModelVersion, command.EncoderVersion)));
    }

    private static CnnExtracted Extracted(Guid image, string backbone) =>
        new() { Collection = ModelWorld.Collection, ImageId = image, FeatureKey = "k", ModelVersion = backbone, Dimensions = 2 };
}
