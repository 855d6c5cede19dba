using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Indexing;
using Pipeline.Onnx;
using Pipeline.Storage;
using Pipeline.VectorIndex;
using Xunit;

namespace Pipeline.Tests.Unit.Indexing;

/// <summary>What is compared before a generation serves, and what becomes of images of which something is missing.</summary>
public sealed class GenerationVerificationTests : GenerationWorld
{
    [Fact]
    public async Task Points_that_were_lost_are_put_back_before_the_generation_serves()
    {
        await ReindexAsync();
        var held = await HoldAsync();
        await World.SweepAsync();
        await World.Index.DeleteAsync("shop-g2", [One]);
        await World.Index.UpsertAsync("shop-g2", [Point(Guid.NewGuid(), [1, 0]), Point(Guid.NewGuid(), [0, 1])]);
        await ReleaseAsync(held);
        await World.SweepAsync();

        Assert.Null((await LogAsync())[^1].Detail);
        Assert.Equal(2, (await World.RecordAsync()).Active!.Number);
        Assert.Equal(new[] { One, Two, held }.Order(), (await World.PointsAsync(2)).Keys.Order());
        Assert.Equal(3, (await LogAsync())[^1].Verification!.Mended);
    }

    [Fact]
    public async Task An_index_that_does_not_find_what_an_exact_search_finds_never_serves()
    {
        for (var i = 0; i < 30; i++)
        {
            var image = await World.LiveAsync();
            await World.Catalog.Blobs.PutAsync(
                BlobKeys.Cnn(Collection, image, 1, ModelWorld.Backbone), new CnnFeatures(new[] { MathF.Cos(i / 10f), MathF.Sin(i / 10f) }, default, []).Serialize(), None);
        }

        await ReindexAsync();
        var held = await HoldAsync();
        await World.SweepAsync();
        foreach (var id in (await World.PointsAsync(2)).Keys)
        {
            await World.Index.SetVectorsAsync("shop-g2", [new() { Id = id, Vectors = new Dictionary<string, VectorValue?> { [IndexSpaces.Cnn] = new DenseVector([1, 0]) } }]);
        }

        await ReleaseAsync(held);
        await World.SweepAsync();
        await World.SweepAsync();

        var record = await World.RecordAsync();
        Assert.Equal((1, (Generation?)null), (record.Active!.Number, record.Active.Next));
        var failed = (await LogAsync())[^1];
        Assert.Equal(GenerationStates.Failed, failed.State);
        Assert.InRange(failed.Verification!.Recall, 0, 0.9);
        Assert.Equal(failed.Detail, failed.Verification.Fault);
        Assert.DoesNotContain("shop-g2", await World.Index.ListCollectionsAsync());
    }

    [Fact]
    public async Task Features_that_are_gone_end_the_reindex_and_say_which()
    {
        await World.Catalog.Blobs.DeleteAsync(BlobKeys.Cnn(Collection, One, 1, ModelWorld.Backbone), None);
        await ReindexAsync();
        await World.SweepAsync();

        Assert.Equal(1, (await World.RecordAsync()).Active!.Number);
        var failed = (await LogAsync())[^1];
        Assert.Equal(GenerationStates.Failed, failed.State);
        Assert.Contains(One.ToString("N"), failed.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Words_whose_features_are_gone_are_made_of_features_that_are_extracted_again()
    {
        World.Restart(keep: TimeSpan.FromHours(1), askAgain: TimeSpan.Zero);
        var vocabulary = await ReindexByVocabularyAsync();
        await World.Catalog.Blobs.DeleteAsync(ModelWorld.SiftKey(Two), None);
        await World.SweepAsync();

        Assert.Equal(One, Assert.Single(World.Published.OfType<QuantizeImage>()).ImageId);
        var again = Assert.Single(World.Published.OfType<ImageAccepted>());
        Assert.Equal((Two, TrafficClass.Bulk), (again.ImageId, again.Traffic));
        var progress = (await World.Catalog.Collections.GetProgressAsync(Collection, None))!;
        Assert.Equal((1L, Two), (progress.Gone, Assert.Single(progress.GoneImages)));

        await World.StoreSiftAsync(Two);
        await WordsAsync(One, vocabulary, 5);
        await WordsAsync(Two, vocabulary, 5);
        await World.SweepAsync();

        var served = (await LogAsync())[^1];
        Assert.Equal((GenerationStates.Serving, 0L), (served.State, served.Verification!.Wordless));
    }

    [Fact]
    public async Task Words_whose_features_never_come_again_are_asked_for_a_few_times_and_then_their_images_serve_without_and_are_named()
    {
        World.Restart(keep: TimeSpan.FromHours(1), askAgain: TimeSpan.Zero, maxAsks: 2);
        var vocabulary = await ReindexByVocabularyAsync();
        await World.Catalog.Blobs.DeleteAsync(ModelWorld.SiftKey(Two), None);

        // As long as others are still to come nobody is left out.
        await SweepUntilAsync(async () => (await World.Catalog.Collections.GetProgressAsync(Collection, None))?.Asked == 4);
        Assert.Equal(1, (await World.RecordAsync()).Active!.Number);
        Assert.True(World.Published.OfType<ImageAccepted>().Count(again => again.ImageId == Two) >= 2);
        await WordsAsync(One, vocabulary, 5);
        await SweepUntilAsync(async () => (await World.RecordAsync()).Active!.Number == 2);

        var found = (await LogAsync())[^1].Verification!;
        Assert.Equal((2L, 2L, 1L, Two), (found.Images, found.Points, found.Wordless, Assert.Single(found.WordlessImages)));
        var points = (await World.Index.GetAsync("shop-g2", [One, Two])).ToDictionary(point => point.Id);
        Assert.Equal([5u], ((SparseVector)points[One].Vectors[IndexSpaces.Sift]).Indices);
        Assert.Equal([IndexSpaces.Cnn], points[Two].Vectors.Keys);
    }

    [Fact]
    public async Task An_embedding_whose_features_never_come_again_ends_the_reindex_and_the_image_goes_on_serving()
    {
        World.Restart(keep: TimeSpan.FromHours(1), askAgain: TimeSpan.Zero, maxAsks: 2);
        await World.PrepareAsync(await World.HeadAsync(1));
        await World.Catalog.Blobs.DeleteAsync(BlobKeys.Cnn(Collection, Two, 1, ModelWorld.Backbone), None);
        await World.SweepAsync();
        Assert.Equal(Two, Assert.Single(World.Published.OfType<ImageAccepted>()).ImageId);
        Assert.Equal(One, Assert.Single(World.Asked.SelectMany(command => command.Images)).ImageId);
        await World.FillAsync((await World.RecordAsync()).Active!.Next!.ModelVersion);

        await SweepUntilAsync(async () => (await World.RecordAsync()).Active!.Next is null);

        Assert.Equal(1, (await World.RecordAsync()).Active!.Number);
        var failed = (await LogAsync())[^1];
        Assert.Equal(GenerationStates.Failed, failed.State);
        Assert.Contains(Two.ToString("N"), failed.Detail, StringComparison.Ordinal);
        Assert.Equal(2, await World.Index.CountAsync("shop-g1"));
    }

    private async Task<string> ReindexByVocabularyAsync()
    {
        var vocabulary = (await World.Catalog.Artifacts.AddAsync(VocabularyCatalog.ArtifactKind, new byte[] { 8 }, new ArtifactLineage { CreatedFrom = "a test" }, None)).Version;
        await World.Commands.BeginAsync(new() { Collection = Collection, VocabularyVersion = vocabulary, CorrelationId = Guid.NewGuid() }, None);
        return vocabulary;
    }

    private async Task SweepUntilAsync(Func<Task<bool>> isReached)
    {
        for (var sweep = 0; !await isReached(); sweep++)
        {
            Assert.True(sweep < 40, "It goes on for ever.");
            await World.SweepAsync();
        }
    }

    private static IndexPoint Point(Guid id, float[] vector) => new()
    {
        Id = id, Vectors = new Dictionary<string, VectorValue> { [IndexSpaces.Cnn] = new DenseVector(vector) }, Payload = new IndexPayload { Tenant = "default" },
    };
}
