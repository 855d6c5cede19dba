using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Queries;
using Pipeline.Indexing;
using Pipeline.Tests.Integration.Pipelines;
using Pipeline.Tests.Integration.Words;
using Pipeline.Tests.Support;
using Pipeline.Tests.Support.Qdrant;
using Pipeline.VectorIndex;
using Xunit;

namespace Pipeline.Tests.Integration.Qdrant;

/// <summary>Uploads, searches and deletions with the index in Qdrant, also while something is wrong with it.</summary>
[Collection(SharedServers.Pipelines)]
public sealed class QdrantPipelineTests(QdrantPipelineFixture fixture) : IClassFixture<QdrantPipelineFixture>
{
    private const int Views = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly TestPipeline _pipeline = fixture.Pipeline;

    private QdrantDouble Server => fixture.Server.StandIn!;

    [Fact]
    public async Task Images_are_found_in_every_mode_and_gone_once_they_are_deleted()
    {
        byte[][] pictures = [.. Scenes.Views(1, 8, Views)];
        var wanted = pictures.Length / 2;
        var asked = new ImageSource { Bytes = pictures[wanted] };
        var uploads = await Task.WhenAll(pictures.Select(bytes => _pipeline.UploadAsync(new { bytes })));
        var images = await Task.WhenAll(uploads.Select(_pipeline.FinishedAsync));
        var training = Guid.NewGuid();
        await _pipeline.SendAsync(new TrainVocabulary { Collection = TestPipeline.Collection, Words = 48, Seed = 1, CorrelationId = training });
        await Task.WhenAll(images.Select(image => PointAsync(image, point => point.Vectors.ContainsKey(IndexSpaces.Sift) && point.Vectors.ContainsKey(IndexSpaces.Cie))));

        foreach (var mode in (string[])[SearchModes.Cnn, SearchModes.Hash, SearchModes.Sift, SearchModes.Cie, SearchModes.Fused])
        {
            var query = new SearchImages { Collection = TestPipeline.Collection, Image = asked, Mode = mode, Limit = Views };
            var results = await SearchAsync(query with { Rerank = RerankModes.Geometric });
            Assert.True(results.Hits.Select(hit => hit.ImageId).Contains(images[wanted].ImageId), mode);
            Assert.Equal(MatchKinds.Duplicate, results.Hits[0].Match);
        }

        var gone = images[wanted];
        await _pipeline.SendAsync(new DeleteImage { Collection = gone.Collection, Tenant = gone.Tenant, ImageId = gone.ImageId, Incarnation = gone.Incarnation });
        await _pipeline.ReachedAsync(gone.ImageId, record => record.Status == ImageStatus.Deleted);
        Assert.Null(await _pipeline.PointAsync(gone.ImageId, CancellationToken.None));
        var left = await SearchAsync(new() { Collection = TestPipeline.Collection, Image = asked, Mode = SearchModes.Hash, Limit = 100 });
        Assert.DoesNotContain(left.Hits, hit => hit.ImageId == gone.ImageId);
    }

    [Fact]
    public async Task A_re_index_fills_an_index_of_its_own_and_serves_from_it()
    {
        var image = await IndexedAsync(await UploadAsync());
        var before = (await GenerationAsync(CancellationToken.None)).Number;

        await _pipeline.SendAsync(new ReindexCollection { Collection = TestPipeline.Collection, CorrelationId = Guid.NewGuid() });
        await Eventually.TrueAsync(async ct => (await GenerationAsync(ct)).Number > before, Patience, "The next generation serving");

        var name = (await GenerationAsync(CancellationToken.None)).IndexName(TestPipeline.Collection);
        Assert.Contains(name, await _pipeline.Index.ListCollectionsAsync());
        Assert.Single(await _pipeline.Index.GetAsync(name, [image.ImageId]));
        Assert.Equal(image.ImageId, (await SearchAsync(new() { Collection = TestPipeline.Collection, ImageId = image.ImageId, Limit = 1 })).Hits[0].ImageId);
    }

    [Fact]
    public async Task What_was_deleted_in_qdrant_behind_our_back_is_built_again_from_what_is_stored()
    {
        var image = await IndexedAsync(await UploadAsync());
        foreach (var name in (await GenerationAsync(CancellationToken.None)).IndexNames(TestPipeline.Collection))
        {
            Assert.True(await _pipeline.Index.DropCollectionAsync(name));
        }

        var upload = await UploadAsync();
        await Eventually.TrueAsync(async ct => await IsThereAsync(image, ct), Patience, "The point that was lost");
        await IndexedAsync(upload);
        // Vectors and codes are indexes of their own, built one after the other.
        var query = new SearchImages { Collection = TestPipeline.Collection, ImageId = image.ImageId, Mode = SearchModes.Hash, Limit = 1 };
        await Eventually.TrueAsync(async _ => (await SearchAsync(query)).Hits is [{ } first] && first.ImageId == image.ImageId, Patience, "The code that was lost");

        async Task<bool> IsThereAsync(ImageRecord image, CancellationToken ct)
        {
            try
            {
                return await _pipeline.PointAsync(image.ImageId, ct) is not null;
            }
            catch (CollectionNotFoundException)
            {
                return false;
            }
        }
    }

    [DoubleFact]
    public async Task What_is_uploaded_while_qdrant_is_away_is_indexed_when_it_is_back()
    {
        await IndexedAsync(await UploadAsync());
        await Server.StopAsync();
        var uploads = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => UploadAsync()));
        await UnreadyAsync("cannot be reached");

        await Server.StartAgainAsync();
        await Task.WhenAll(uploads.Select(IndexedAsync));
        await ReadyAsync();
    }

    [DoubleFact]
    public async Task A_wrong_key_is_told_by_the_readiness_and_loses_nothing()
    {
        var key = Server.ApiKey;
        Server.ApiKey = "replaced by the operator";
        var upload = await UploadAsync();
        await UnreadyAsync("Index:Qdrant:ApiKey");

        Server.ApiKey = key;
        await IndexedAsync(upload);
        await ReadyAsync();
    }

    [DoubleFact]
    public async Task A_full_disk_stops_indexing_but_no_search_and_loses_nothing()
    {
        var there = await IndexedAsync(await UploadAsync());
        Server.Faults.IsFull = true;
        var before = Server.Exchanges.Count;
        var upload = await UploadAsync();
        await Eventually.TrueAsync(() => Server.Exchanges.Skip(before).Any(exchange => exchange.Status == 500), Patience, () => "no write was refused");
        Assert.Equal(there.ImageId, (await SearchAsync(new() { Collection = TestPipeline.Collection, ImageId = there.ImageId, Limit = 1 })).Hits[0].ImageId);

        Server.Faults.IsFull = false;
        await IndexedAsync(upload);
    }

    [DoubleFact]
    public async Task A_server_too_slow_to_answer_is_waited_for_and_loses_nothing()
    {
        var there = await IndexedAsync(await UploadAsync());
        Server.Faults.Delay = QdrantPipelineFixture.Timeout * 2;
        var upload = await UploadAsync();
        await UnreadyAsync("did not answer");

        Server.Faults.Delay = TimeSpan.Zero;
        Assert.NotEqual(there.ImageId, (await IndexedAsync(upload)).ImageId);
    }

    private Task<Guid> UploadAsync() => _pipeline.UploadAsync(new { bytes = Pictures.Unique() });

    private async Task<ImageRecord> IndexedAsync(Guid upload)
    {
        var image = await _pipeline.FinishedAsync(upload);
        Assert.Equal(ImageStatus.Indexed, image.Status);
        Assert.NotNull(await _pipeline.PointAsync(image.ImageId, CancellationToken.None));
        return image;
    }

    private Task<IndexPoint> PointAsync(ImageRecord image, Func<IndexPoint, bool> isReached) => Eventually.FindAsync(
        async ct => await _pipeline.PointAsync(image.ImageId, ct) is { } point && isReached(point) ? point : null, Patience, $"The point of {image.ImageId}");

    private async Task<Generation> GenerationAsync(CancellationToken ct) =>
        (await _pipeline.Services.GetRequiredService<CollectionCatalog>().GetCurrentAsync(TestPipeline.Collection, ct))!.Active!;

    private Task<SearchResults> SearchAsync(SearchImages query) => _pipeline.Services.AskAsync<SearchImages, SearchResults>(query);

    // A busy machine may let another call fail by its time-out first.
    private Task UnreadyAsync(string why) => Eventually.TrueAsync(
        async ct => (await CheckAsync(ct)).Entries.Values.Any(entry =>
            entry.Status == HealthStatus.Unhealthy && entry.Description?.Contains(why, StringComparison.Ordinal) == true),
        Patience,
        $"A process that is not ready because of '{why}'");

    private Task ReadyAsync() =>
        Eventually.TrueAsync(async ct => (await CheckAsync(ct)).Entries["storage"].Status == HealthStatus.Healthy, Patience, "A process that is ready");

    private Task<HealthReport> CheckAsync(CancellationToken ct) =>
        _pipeline.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Name == "storage", ct);
}
