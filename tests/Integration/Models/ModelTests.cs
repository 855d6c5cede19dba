using System.Numerics.Tensors;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Catalog;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Queries;
using Pipeline.Onnx;
using Pipeline.Tests.Integration.Pipelines;
using Pipeline.Tests.Integration.Words;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Models;

/// <summary>From a published head to a collection that is searched by it, and back, through the broker, while searches, uploads and deletions go on.</summary>
[Collection(SharedServers.Learning)]
public sealed class ModelTests(SharedServers servers) : ModelFixture(servers)
{
    private const int Images = 30;

    [Fact]
    public async Task A_head_takes_the_backbones_place_and_gives_it_back_while_searches_uploads_and_deletions_go_on_and_models_never_meet()
    {
        var images = (await UploadAsync(Scenes.Views(1, Images))).ToList();
        var backbone = (await RecordAsync()).Active!.ModelVersion;
        await using var searching = new RepeatedSearch<SearchResults>(i => SearchAsync(Scenes.View(1, 0), i % 2 == 0 ? SearchModes.Cnn : SearchModes.Hash));

        await FoundByAsync(backbone);
        var head = await PublishAsync(Projection(seed: 3));
        var uploading = UploadAsync(Scenes.Views(101, 8));
        await Pipeline.SendAsync(ImageEvents.Delete(images[^1]));
        await ServesAsync(head.ModelVersion);
        images.AddRange(await uploading);

        // Mining follows the switch: lists of the new space take the place of the old ones, and the deleted image's go.
        await Eventually.TrueAsync(
            async _ => await MinedAsync(images) is var mined && mined.Count == images.Count - 1 && mined.All(known => known.ModelVersion == head.ModelVersion),
            Patience,
            "Neighbours by the new model");
        await FoundByAsync(head.ModelVersion);
        await Pipeline.SendAsync(new RollbackModel { Collection = TestPipeline.Collection, ModelVersion = head.ModelVersion, CorrelationId = Guid.NewGuid() });
        await ServesAsync(backbone);
        await FoundByAsync(backbone);
        var answers = await searching.EndAsync();
        await Pipeline.QuietAsync();

        var deleted = images[Images - 1].ImageId;
        images.RemoveAt(Images - 1);
        Assert.Equal([backbone, head.ModelVersion, backbone], WithoutRepeats(answers.Select(answer => answer.ModelVersion!)));
        foreach (var answer in answers.DistinctBy(answer => (answer.ModelVersion, answer.Hits.Count)))
        {
            Assert.True(answer.Hits.Count >= Images - 1, $"{answer.Hits.Count} hits by {answer.ModelVersion}");
            Assert.Equal(images[0].ImageId, answer.Hits[0].ImageId);
            await AssertOfOneModelAsync(answer with { Hits = [.. answer.Hits.Where(hit => hit.ImageId != deleted)] }, images[0].ImageId);
        }

        Assert.All(await MinedAsync(images), known => Assert.Equal(backbone, known.ModelVersion));
        var points = (await Pipeline.Index.ScanAsync($"{TestPipeline.Collection}-g1", null, 1000)).Points;
        Assert.Equal(images.Select(image => image.ImageId).Order(), points.Select(point => point.Id).Order());

        Task FoundByAsync(string version) =>
            searching.UntilAsync(answers => answers.LastOrDefault()?.ModelVersion == version, Patience, $"Answers by {version}");
    }

    [Fact]
    public async Task The_backbones_own_tail_as_a_head_embeds_as_the_backbone_does()
    {
        var images = await UploadAsync(Scenes.Views(1, 5));
        var backbone = (await RecordAsync()).Active!.ModelVersion;
        var head = await PublishAsync(Tail());
        await ServesAsync(head.ModelVersion);

        var late = await UploadAsync(Scenes.View(6, 0));

        foreach (var image in images.Concat(late))
        {
            var (before, after) = (await EmbeddingAsync(image.ImageId, backbone), await EmbeddingAsync(image.ImageId, head.ModelVersion));
            Assert.Equal(1, TensorPrimitives.Dot<float>(before, after), 4);
        }

        var answer = await SearchAsync(Scenes.View(6, 0), SearchModes.Cnn);
        Assert.Equal((head.ModelVersion, late[0].ImageId, MatchKinds.Duplicate), (answer.ModelVersion, answer.Hits[0].ImageId, answer.Hits[0].Match));
        Assert.Equal(6, answer.Hits.Count);
    }

    [Fact]
    public async Task A_head_that_forces_no_re_index_embeds_the_pictures_that_ask_alone_and_can_be_taken_back()
    {
        await UploadAsync(Scenes.Views(1, 8));
        var serving = (await RecordAsync()).Active!;
        var asking = Scenes.View(1, 1);
        var before = await SearchAsync(asking, SearchModes.Cnn);

        var model = Projection(seed: 7);
        var head = await PublishAsync(model, reindexRequired: false);
        await AsksByAsync(head.ModelVersion);
        var across = await SearchAsync(asking, SearchModes.Cnn);
        var late = Assert.Single(await UploadAsync(asking));

        Assert.Equal(serving with { QueryModelVersion = head.ModelVersion }, (await RecordAsync()).Active);
        Assert.Null(await FeaturesAsync(late.ImageId, head.ModelVersion));
        using var opened = new CnnHead(model, Services.GetRequiredService<OnnxSessionFactory>());
        var query = Assert.Single(opened.Embed([CnnFeatures.Parse(await FeaturesAsync(late.ImageId, serving.ModelVersion)).Trunk]))!;
        Assert.Equal(8, across.Hits.Count);
        foreach (var hit in across.Hits)
        {
            var indexed = await EmbeddingAsync(hit.ImageId, serving.ModelVersion);
            Assert.Equal(TensorPrimitives.Dot<float>(query, indexed), hit.Score, 3);
        }

        await Pipeline.SendAsync(ImageEvents.Delete(late));
        await Pipeline.SendAsync(new RollbackModel { Collection = TestPipeline.Collection, ModelVersion = head.ModelVersion, CorrelationId = Guid.NewGuid() });
        await AsksByAsync(null);
        await Pipeline.QuietAsync();

        var after = await SearchAsync(asking, SearchModes.Cnn);
        Assert.Equal(before.Hits.Select(hit => (hit.ImageId, hit.Score)), after.Hits.Select(hit => (hit.ImageId, hit.Score)));
        Assert.NotEqual(before.Hits[0].Score, across.Hits[0].Score, 2);
    }

    [Fact]
    public async Task Every_message_of_the_way_may_come_again()
    {
        var images = await UploadAsync(Scenes.Views(1, 10));
        var head = await PublishAsync(Projection(seed: 5));
        await ServesAsync(head.ModelVersion);
        await Pipeline.QuietAsync();
        var before = await RecordAsync();

        await Pipeline.SendAsync(head);
        foreach (var image in images)
        {
            await Pipeline.SendAsync(new EmbedImages
            {
                Collection = TestPipeline.Collection,
                ModelVersion = head.ModelVersion,
                BackboneVersion = head.BackboneVersion,
                EncoderVersion = before.Active!.EncoderVersion,
                Images = [new(image.ImageId, image.Incarnation, image.Tenant, image.CorrelationId)],
            });
            await Pipeline.SendAsync(ImageEvents.Accepted(image));
        }

        await Pipeline.QuietAsync();

        var after = await RecordAsync();
        Assert.Equal((before.Active, before.LastGeneration), (after.Active, after.LastGeneration));
        var points = (await Pipeline.Index.ScanAsync(after.Active!.IndexName(TestPipeline.Collection), null, 1000)).Points;
        Assert.Equal(images.Select(image => image.ImageId).Order(), points.Select(point => point.Id).Order());
    }

    private Task AsksByAsync(string? version) =>
        Eventually.TrueAsync(async ct => (await RecordAsync(ct)).Active?.QueryModelVersion == version, Patience, $"{version ?? "the model itself"} embedding what asks");

    private async Task<List<Neighbourhood>> MinedAsync(IEnumerable<ImageRecord> images)
    {
        var catalog = Services.GetRequiredService<NeighbourhoodCatalog>();
        var found = await Task.WhenAll(images.Select(image => catalog.GetAsync(TestPipeline.Collection, image.ImageId, CancellationToken.None)));
        return [.. found.OfType<Neighbourhood>()];
    }

    private static IEnumerable<string> WithoutRepeats(IEnumerable<string> versions)
    {
        string? last = null;
        foreach (var version in versions)
        {
            if (version != last)
            {
                yield return version;
            }

            last = version;
        }
    }
}
