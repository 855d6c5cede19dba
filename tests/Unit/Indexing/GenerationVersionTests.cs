using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Indexing;
using Pipeline.Storage;
using Pipeline.VectorIndex;
using Xunit;

namespace Pipeline.Tests.Unit.Indexing;

/// <summary>Generations of another model, encoder or vocabulary.</summary>
public sealed class GenerationVersionTests : GenerationWorld
{
    [Fact]
    public async Task The_previous_model_is_kept_up_to_date_too_and_serves_again_at_once()
    {
        var head = await World.HeadAsync(1);
        await World.ChangeAsync(head);
        var late = await World.LiveAsync();
        Assert.Equal(ImageStatus.Processing, (await World.ImageAsync(late))!.Status);
        await World.ReembeddedAsync(late, head.ModelVersion);
        Assert.Equal(ImageStatus.Indexed, (await World.ImageAsync(late))!.Status);
        Assert.Equal(ModelWorld.Embedding(ModelWorld.Backbone), (await World.PointsAsync(1))[late]);
        Assert.Equal(ModelWorld.Embedding(head.ModelVersion), (await World.PointsAsync(2))[late]);

        Assert.False(await World.RollBackAsync(model: head.ModelVersion));

        Assert.Equal(ModelWorld.Backbone, await World.ServingAsync());
        Assert.Equal(3, await World.Index.CountAsync("shop-g1"));
        await World.SweepAsync();
        Assert.Equal(ModelWorld.Backbone, (await World.ImageAsync(late))!.Stages[Stages.Cnn].Version);
        Assert.NotNull((await World.ImageAsync(late))!.CodeOf((await World.RecordAsync()).Active!.Kept, ModelWorld.Encoder));
    }

    [Fact]
    public async Task Another_encoder_serves_once_every_image_has_a_code_of_it()
    {
        var lineage = new ArtifactLineage { CreatedFrom = "a test", Settings = new Dictionary<string, string> { ["bits"] = "64" } };
        var encoder = (await World.Catalog.Artifacts.AddAsync(EncoderCatalog.ArtifactKind, new byte[] { 7 }, lineage, None)).Version;
        await World.Commands.BeginAsync(new() { Collection = Collection, EncoderVersion = encoder, CorrelationId = Guid.NewGuid() }, None);
        await World.SweepAsync();
        var asked = World.Published.Cast<EncodeImage>().ToArray();
        Assert.Equal(new[] { One, Two }.Order(), asked.Select(command => command.ImageId).Order());
        Assert.All(asked, command => Assert.Equal((encoder, ModelWorld.Backbone, TrafficClass.Bulk), (command.EncoderVersion, command.ModelVersion, command.Traffic)));
        foreach (var image in new[] { One, Two })
        {
            await World.ReembeddedAsync(image, ModelWorld.Backbone, encoder);
        }

        await World.SweepAsync();

        var active = (await World.RecordAsync()).Active!;
        Assert.Equal((2, encoder, (EncoderChoice?)null), (active.Number, active.EncoderVersion, active.NextEncoder));
        Assert.Equal(2, await World.Index.CountAsync($"shop-g2.{encoder}"));
        var late = await World.LiveAsync();
        Assert.Equal(ImageStatus.Processing, (await World.ImageAsync(late))!.Status);
        await World.ReembeddedAsync(late, ModelWorld.Backbone, encoder);
        Assert.Equal((3L, 3L), (await World.Index.CountAsync("shop-g1.hash-1"), await World.Index.CountAsync($"shop-g2.{encoder}")));
    }

    [Fact]
    public async Task Another_vocabulary_serves_once_every_image_has_its_words_and_theOne_before_keeps_its_own()
    {
        await World.Catalog.Collections.TrySetVocabularyAsync(Collection, 1, null, "v1", None);
        await WordsAsync(One, "v1", 3);
        await WordsAsync(Two, "v1", 3);
        var vocabulary = (await World.Catalog.Artifacts.AddAsync(VocabularyCatalog.ArtifactKind, new byte[] { 8 }, new ArtifactLineage { CreatedFrom = "a test" }, None)).Version;
        await World.Commands.BeginAsync(new() { Collection = Collection, VocabularyVersion = vocabulary, CorrelationId = Guid.NewGuid() }, None);
        await World.SweepAsync();
        Assert.Equal(new[] { One, Two }.Order(), World.Published.Cast<QuantizeImage>().Where(command => command.VocabularyVersion == vocabulary).Select(command => command.ImageId).Order());
        await WordsAsync(One, vocabulary, 5);
        await World.SweepAsync();
        Assert.Equal((1, "v1"), ((await World.RecordAsync()).Active!.Number, (await World.RecordAsync()).Active!.VocabularyVersion));
        await WordsAsync(Two, vocabulary, 5);
        await World.SweepAsync();

        var active = (await World.RecordAsync()).Active!;
        Assert.Equal((2, vocabulary, "v1"), (active.Number, active.VocabularyVersion, active.Kept!.VocabularyVersion));
        foreach (var (index, word) in new[] { ("shop-g1", 3u), ("shop-g2", 5u) })
        {
            Assert.All(await World.Index.GetAsync(index, [One, Two]), point => Assert.Equal([word], ((SparseVector)point.Vectors[IndexSpaces.Sift]).Indices));
        }

        await World.Commands.RollBackAsync(new() { Collection = Collection, CorrelationId = Guid.NewGuid() }, None);
        Assert.Equal("v1", (await World.RecordAsync()).Active!.VocabularyVersion);
        var asked = await World.Indexer.WordsToMakeAsync(new() { Collection = Collection, ImageId = await World.LiveAsync(), FeatureKey = "s", SiftVersion = "s", Keypoints = 1 }, None);
        Assert.Equal(new[] { "v1", vocabulary }.Order(), asked.Select(command => command.VocabularyVersion).Order());
    }

    [Fact]
    public async Task Versions_that_do_not_exist_or_fit_are_refused_and_nothing_begins()
    {
        ReindexCollection[] wrong =
        [
            new() { Collection = Collection, ModelVersion = "head-none" },
            new() { Collection = Collection, ModelVersion = (await World.HeadAsync(2, backbone: "cnn-2")).ModelVersion },
            new() { Collection = Collection, EncoderVersion = "hash-none" },
            new() { Collection = Collection, Bits = 128 },
            new() { Collection = Collection, EncoderVersion = ModelWorld.Encoder, Bits = 128 },
            new() { Collection = Collection, VocabularyVersion = "words-none" },
            new() { Collection = "no-such" },
        ];
        foreach (var command in wrong)
        {
            await World.Commands.BeginAsync(command with { CorrelationId = Guid.NewGuid() }, None);
            Assert.Equal(GenerationStates.Refused, World.Progress.Last().State);
        }

        Assert.Null((await World.RecordAsync()).Active!.Next);
        Assert.Equal(wrong.Length, World.Progress.Count);
    }

    [Fact]
    public async Task Embedded_vectors_go_along_and_lateOnes_reach_all_generations_of_their_model()
    {
        await World.Indexer.EmbedAsync(Embedded(One, DateTimeOffset.UtcNow), None);
        await ReindexAsync();
        await World.SweepAsync();
        await World.Indexer.EmbedAsync(Embedded(Two, DateTimeOffset.UtcNow), None);

        foreach (var index in new[] { "shop-g1", "shop-g2" })
        {
            var points = await World.Index.GetAsync(index, [One, Two]);
            Assert.All(points, point => Assert.Equal([5u], ((SparseVector)point.Vectors[IndexSpaces.Cie]).Indices));
        }
    }

    private static IndexVectorEmbedded Embedded(Guid image, DateTimeOffset at) =>
        new() { Collection = Collection, ImageId = image, ModelVersion = ModelWorld.Backbone, Indices = new[] { 5u }, Values = new[] { 1f }, MadeAt = at };
}
