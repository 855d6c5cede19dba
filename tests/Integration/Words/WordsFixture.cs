using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Queries;
using Pipeline.Indexing;
using Pipeline.Tests.Integration.Pipelines;
using Pipeline.Tests.Support;
using Pipeline.VectorIndex;
using Xunit;

namespace Pipeline.Tests.Integration.Words;

/// <summary>A pipeline of its own for each test, because a vocabulary concerns the whole collection.</summary>
public abstract class WordsFixture(SharedServers servers, bool automatic = false) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    protected TestPipeline Pipeline { get; private set; } = null!;

    protected IServiceProvider Services => Pipeline.Services;

    protected VocabularyCatalog Vocabularies => Services.GetRequiredService<VocabularyCatalog>();

    public async Task InitializeAsync() => Pipeline = await TestPipeline.StartAsync(
        await servers.RabbitMqAsync(),
        ("Messaging:RedeliveryDelay", "00:00:01"),
        ("Mining:Vocabulary:Automatic", automatic ? "true" : "false"),
        ("Mining:Vocabulary:MinImages", "6"),
        ("Mining:Vocabulary:Words", "48"));

    public async Task DisposeAsync() => await Pipeline.DisposeAsync();

    /// <summary>Uploads pictures and waits until they are indexed.</summary>
    protected async Task<IReadOnlyList<ImageRecord>> UploadAsync(params IEnumerable<byte[]> pictures)
    {
        var uploads = await Task.WhenAll(pictures.Select(bytes => Pipeline.UploadAsync(new { bytes })));
        return await Task.WhenAll(uploads.Select(upload => Pipeline.FinishedAsync(upload)));
    }

    protected Task<Guid> TrainAsync(int seed) => TrainAsync(Guid.NewGuid(), seed);

    protected async Task<Guid> TrainAsync(Guid training, int seed)
    {
        await Pipeline.SendAsync(new TrainVocabulary { Collection = TestPipeline.Collection, Words = 48, Seed = seed, CorrelationId = training });
        return training;
    }

    /// <summary>Waits until the training's vocabulary serves, and answers its version.</summary>
    protected async Task<string> ServesAsync(Guid training)
    {
        var done = await Eventually.FindAsync(
            async ct => (await Vocabularies.GetAsync(TestPipeline.Collection, ct)).Find(training) is { IsOpen: false } found ? found : null,
            Patience,
            "The end of the training");
        Assert.True(done.State == TrainingState.Done, done.Reason);
        await Eventually.TrueAsync(async ct => await VersionAsync(ct) == done.Version, Patience, $"{done.Version} serving");
        return done.Version!;
    }

    protected async Task<string?> VersionAsync(CancellationToken ct) =>
        (await Services.GetRequiredService<CollectionCatalog>().GetCurrentAsync(TestPipeline.Collection, ct))?.Active?.VocabularyVersion;

    /// <summary>Waits until the words of all images are of this vocabulary.</summary>
    protected Task<ImageRecord[]> HaveWordsAsync(IEnumerable<ImageRecord> images, string version) =>
        Task.WhenAll(images.Select(image => Pipeline.ReachedAsync(
            image.ImageId,
            record => record.Stages.TryGetValue(Stages.Words, out var words) && words.Version == version && record.IndexedRevision == record.PayloadRevision)));

    /// <summary>All points' vectors in the space of words, of one moment.</summary>
    protected async Task<IReadOnlyDictionary<Guid, SparseVector>> WordsInIndexAsync()
    {
        var active = (await Services.GetRequiredService<CollectionCatalog>().GetCurrentAsync(TestPipeline.Collection, CancellationToken.None))!.Active!;
        var page = await Pipeline.Index.ScanAsync(active.IndexName(TestPipeline.Collection), null, 10_000);
        return page.Points.Where(point => point.Vectors.ContainsKey(IndexSpaces.Sift)).ToDictionary(point => point.Id, point => (SparseVector)point.Vectors[IndexSpaces.Sift]);
    }

    protected Task<TAnswer> AskAsync<TRequest, TAnswer>(TRequest request)
        where TRequest : class
        where TAnswer : class =>
        Services.AskAsync<TRequest, TAnswer>(request);

    protected Task<NeighboursFound> NeighboursAsync(params IEnumerable<ImageRecord> images) =>
        AskAsync<FindNeighbours, NeighboursFound>(new FindNeighbours { Collection = TestPipeline.Collection, ImageIds = [.. images.Select(i => i.ImageId)] });
}
