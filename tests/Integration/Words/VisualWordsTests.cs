using Microsoft.Extensions.DependencyInjection;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Contracts.Queries;
using Pipeline.Messaging;
using Pipeline.Neighbours;
using Pipeline.Neighbours.Words;
using Pipeline.Sift;
using Pipeline.Storage;
using Pipeline.Tests.Integration.BadInput;
using Pipeline.Tests.Integration.Pipelines;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Words;

/// <summary>From a command to visual words of every image in the index, through the broker.</summary>
[Collection(SharedServers.Learning)]
public sealed class VisualWordsTests(SharedServers servers) : WordsFixture(servers)
{
    private const int Views = 3;

    [Fact]
    public async Task A_trained_vocabulary_gives_every_image_its_words_and_views_of_one_scene_are_neighbours_by_them()
    {
        var images = await UploadAsync(Scenes.Views(1, 10, Views));
        await Pipeline.QuietAsync();
        foreach (var mode in (string[])[SearchModes.Sift, SearchModes.Fused])
        {
            var refused = await Assert.ThrowsAsync<PermanentException>(() =>
                AskAsync<SearchImages, SearchResults>(new() { Collection = TestPipeline.Collection, ImageId = images[0].ImageId, Mode = mode }));
            Assert.Equal(RefusalReasons.NoVocabulary, refused.Reason);
        }

        await using var indexed = await Pipeline.TapAsync<ImageIndexed>();

        var version = await ServesAsync(await TrainAsync(seed: 1));
        await HaveWordsAsync(images, version);
        await Pipeline.QuietAsync();

        Assert.All(images, image => Assert.Equal(1, indexed.CountOf(image.ImageId)));
        var found = await NeighboursAsync(images);
        Assert.Equal((version, images.Count), (found.VocabularyVersion, found.Sift.Lists.Count));
        for (var i = 0; i < images.Count; i++)
        {
            var views = Enumerable.Range(i / Views * Views, Views).Where(v => v != i).Select(v => images[v].ImageId).Order();
            Assert.Equal(views, found.Sift.Lists[i].Neighbours.Take(Views - 1).Select(n => n.ImageId).Order());
        }

        foreach (var mode in (string[])[SearchModes.Sift, SearchModes.Fused])
        {
            foreach (var query in (SearchImages[])[new() { Collection = TestPipeline.Collection, ImageId = images[0].ImageId }, new() { Collection = TestPipeline.Collection, Image = new() { Bytes = Scenes.View(1, 0) } }])
            {
                var results = await AskAsync<SearchImages, SearchResults>(query with { Mode = mode, Limit = Views, Rerank = RerankModes.Geometric });
                Assert.Equal((version, MatchKinds.Duplicate), (results.VocabularyVersion, results.Hits[0].Match));
                Assert.Equal(images.Take(Views).Select(i => i.ImageId).Order(), results.Hits.Select(hit => hit.ImageId).Order());
            }
        }

        var artifact = await Services.GetRequiredService<ArtifactStore>().GetAsync(version, CancellationToken.None);
        Assert.Equal((images.Count, "1"), (artifact!.Lineage.Metrics["images"], artifact.Lineage.Settings["seed"]));
        Assert.InRange(artifact.Lineage.Metrics["quantisationError"], 1, 512);
    }

    [Fact]
    public async Task A_second_vocabulary_while_uploads_go_on_replaces_the_first_and_never_are_both_in_the_index()
    {
        var images = (await UploadAsync(Scenes.Views(1, 8))).ToList();
        var first = await ServesAsync(await TrainAsync(seed: 1));
        await HaveWordsAsync(images, first);
        var states = new List<IReadOnlyDictionary<Guid, VectorIndex.SparseVector>> { await WordsInIndexAsync() };
        using var ended = new CancellationTokenSource();
        var watching = Task.Run(async () =>
        {
            while (!ended.IsCancellationRequested)
            {
                states.Add(await WordsInIndexAsync());
                await Task.Yield();
            }
        });

        var uploading = UploadAsync(from scene in Enumerable.Range(11, 12) select Scenes.View(scene, 1));
        var second = await ServesAsync(await TrainAsync(seed: 2));
        images.AddRange(await uploading);
        await HaveWordsAsync(images, second);
        await ended.CancelAsync();
        await watching;

        Assert.NotEqual(first, second);
        states.Add(await WordsInIndexAsync());
        var words = new[] { await WordsOfAsync(first, images), await WordsOfAsync(second, images) };
        Assert.Equal(images.Count, states[0].Count + 12);
        Assert.All(states[0], point => Assert.True(Same(point.Value, words[0][point.Key])));
        Assert.Equal(images.Count, states[^1].Count);
        Assert.All(states, state =>
        {
            var ofFirst = state.Count(point => Same(point.Value, words[0][point.Key]));
            var ofSecond = state.Count(point => Same(point.Value, words[1][point.Key]));
            Assert.True(ofFirst == 0 || ofSecond == 0, $"{ofFirst} points have words of the first and {ofSecond} of the second vocabulary.");
            Assert.Equal(state.Count, ofFirst + ofSecond);
        });
        Assert.All(states[^1], point => Assert.True(Same(point.Value, words[1][point.Key])));
        foreach (var image in images)
        {
            await GoneAsync(BlobKeys.Words(image.Collection, image.ImageId, image.Incarnation, first));
        }
    }

    [Fact]
    public async Task Every_message_of_the_way_may_come_again()
    {
        var images = await UploadAsync(Scenes.Views(1, 6));
        var old = await ServesAsync(await TrainAsync(seed: 1));
        var training = await TrainAsync(seed: 2);
        var version = await ServesAsync(training);
        var records = await HaveWordsAsync(images, version);
        await Pipeline.QuietAsync();
        var before = await WordsInIndexAsync();

        foreach (var record in records)
        {
            await Pipeline.SendAsync(StageEvents.Sift(record));
            foreach (var vocabulary in new[] { version, old })
            {
                var key = BlobKeys.Words(record.Collection, record.ImageId, record.Incarnation, vocabulary);
                await Pipeline.SendAsync(new QuantizeImage { Collection = record.Collection, ImageId = record.ImageId, FeatureKey = record.Stages[Stages.Sift].FeatureKey!, VocabularyVersion = vocabulary }.About(record.ToHeader()));
                await Pipeline.SendAsync(new VisualWordsExtracted { Collection = record.Collection, ImageId = record.ImageId, WordsKey = key, VocabularyVersion = vocabulary, Words = 1 }.About(record.ToHeader()));
            }
        }

        await TrainAsync(training, seed: 2);
        foreach (var done in (await Vocabularies.GetAsync(TestPipeline.Collection, CancellationToken.None)).Trainings)
        {
            await Pipeline.SendAsync(new VocabularyPublished { Collection = TestPipeline.Collection, VocabularyVersion = done.Version!, Words = done.Words, CorrelationId = done.Id });
        }

        await Pipeline.QuietAsync();
        Assert.Equal(version, await VersionAsync(CancellationToken.None));
        var after = await WordsInIndexAsync();
        Assert.Equal(before.Keys.Order(), after.Keys.Order());
        Assert.All(after, point => Assert.True(Same(point.Value, before[point.Key])));
        foreach (var record in records)
        {
            Assert.Equal(record.PayloadRevision, (await Pipeline.Images.GetAsync(record.Collection, record.ImageId, CancellationToken.None))!.PayloadRevision);
            await GoneAsync(BlobKeys.Words(record.Collection, record.ImageId, record.Incarnation, old));
        }
    }

    [Fact]
    public async Task An_image_without_keypoints_has_an_empty_bag_and_one_deleted_meanwhile_leaves_nothing()
    {
        var images = await UploadAsync([Scenes.Plain(90), .. Scenes.Views(1, 8)]);
        var (plain, deleted) = (images[0], images[1]);
        var training = await TrainAsync(seed: 1);
        await Pipeline.SendAsync(ImageEvents.Delete(deleted));
        var version = await ServesAsync(training);

        await HaveWordsAsync(images.Where(image => image != deleted), version);
        await Pipeline.ReachedAsync(deleted.ImageId, record => record.Status == ImageStatus.Deleted);
        await Pipeline.QuietAsync();

        var points = await WordsInIndexAsync();
        Assert.Equal(images.Skip(2).Select(image => image.ImageId).Order(), points.Keys.Order());
        Assert.Empty((await NeighboursAsync(plain)).Sift.Lists);
        Assert.NotNull(await Pipeline.PointAsync(plain.ImageId, CancellationToken.None));
        await foreach (var blob in Blobs.ListAsync(BlobKeys.FeaturesPrefix(TestPipeline.Collection, deleted.ImageId), CancellationToken.None))
        {
            Assert.Fail($"{blob.Key} is left of the deleted image.");
        }
    }

    [Fact]
    public async Task A_training_without_anything_to_train_on_fails_for_good_and_says_why()
    {
        await UploadAsync([Scenes.Plain(10)]);
        var training = await TrainAsync(seed: 1);
        await Pipeline.QuietAsync();

        var record = await Vocabularies.GetAsync(TestPipeline.Collection, CancellationToken.None);
        Assert.Equal((TrainingState.Failed, (Guid?)null), (record.Find(training)!.State, record.Holder));
        Assert.NotNull(record.Find(training)!.Reason);
        Assert.Null(await VersionAsync(CancellationToken.None));
    }

    private Task GoneAsync(string key) => Eventually.TrueAsync(async ct => !await Blobs.ExistsAsync(key, ct), TimeSpan.FromSeconds(60), $"The end of {key}");

    private IBlobStore Blobs => Services.GetRequiredService<IBlobStore>();

    private async Task<Dictionary<Guid, SparseRow>> WordsOfAsync(string version, IEnumerable<ImageRecord> images)
    {
        var words = new BagOfWords(VisualVocabulary.Parse(await Services.GetRequiredService<ArtifactStore>().LoadAsync(version, CancellationToken.None)));
        var rows = new Dictionary<Guid, SparseRow>();
        foreach (var image in images)
        {
            rows[image.ImageId] = words.Describe(SiftFeatures.Parse(await Blobs.TryReadAsync(image.Stages[Stages.Sift].FeatureKey!, CancellationToken.None)));
        }

        return rows;
    }

    private static bool Same(VectorIndex.SparseVector a, SparseRow b) => Same(a, new VectorIndex.SparseVector(b.Indices, b.Values));

    private static bool Same(VectorIndex.SparseVector a, VectorIndex.SparseVector b) =>
        a.Indices.AsSpan().SequenceEqual(b.Indices) && a.Values.AsSpan().SequenceEqual(b.Values);
}
