using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Storage;
using Pipeline.Tests.Unit.VectorIndex.Contract;
using Pipeline.VectorIndex;
using Pipeline.VectorIndex.Qdrant;
using Xunit;
using static Pipeline.Tests.Unit.VectorIndex.Points;

namespace Pipeline.Tests.Unit.VectorIndex.Qdrant;

/// <summary>Answers that are lost or refusals, and which requests are made again.</summary>
public sealed class QdrantAnswerTests : QdrantScene
{
    [Fact]
    public async Task A_write_whose_answer_is_lost_is_made_again_and_once_only_counts()
    {
        Server.Faults.BrokenAnswers = 2;
        await Index.UpsertAsync("c", [Point(2, ("cnn", East))]);
        Server.Faults.BrokenAnswers = 1;
        await Index.EnsureCollectionAsync("d", Schema);
        Server.Faults.BrokenAnswers = 2;
        await Index.SetAliasAsync("serving", "d");

        Assert.Equal(2, await Index.CountAsync("c"));
        Assert.Equal("d", Assert.Single(await Index.GetAliasesAsync()).Value);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Writes_and_searches_agree_with_brute_force_while_answers_are_lost_over_and_over(int seed)
    {
        var random = new Random(seed);
        await using var index = Open(options => options.BatchSize = 9);
        await index.EnsureCollectionAsync("lossy", Schema);
        var model = new BruteForce();
        for (var round = 0; round < 12; round++)
        {
            var points = Enumerable.Range(0, 25).Select(_ => Points.Random(random.Next(60), random)).ToList();
            var updates = Enumerable.Range(0, 12).Select(_ => Update(random.Next(80), random)).ToList();
            var gone = Enumerable.Range(0, 5).Select(_ => Id(random.Next(60))).ToList();
            await LosingAsync(() => index.UpsertAsync("lossy", points));
            await LosingAsync(() => index.SetVectorsAsync("lossy", updates));
            await LosingAsync(() => index.DeleteAsync("lossy", gone));
            points.ForEach(model.Upsert);
            updates.ForEach(model.SetVectors);
            gone.ForEach(model.Delete);
            await LosingAsync(() => Agreement.CompareSearchAsync(index, model, Agreement.Spaces[round % 3], random, findsZeroScores: false, collection: "lossy"));
        }

        await Agreement.CompareContentAsync(index, model, null, 13, keepsEmptyVectors: false, collection: "lossy");

        Task LosingAsync(Func<Task> call)
        {
            Server.Faults.BrokenAnswers = random.Next(3);
            return call();
        }
    }

    [Fact]
    public async Task What_made_twice_would_be_two_is_not_repeated()
    {
        Server.Faults.BrokenAnswers = 1;
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Index.CreateSnapshotAsync("c"));
        Assert.Single(await Index.ListSnapshotsAsync("c"));
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable, 4)]
    [InlineData(HttpStatusCode.TooManyRequests, 4)]
    [InlineData(HttpStatusCode.InternalServerError, 1)]
    [InlineData(HttpStatusCode.RequestTimeout, 1)]
    public async Task Only_a_refusal_for_now_is_asked_again(HttpStatusCode refusal, int requests)
    {
        Server.Faults.Refusal = refusal;
        var before = Server.Exchanges.Count;
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Index.CountAsync("c"));
        Assert.Equal(requests, Server.Exchanges.Count - before);
    }

    [Fact]
    public async Task Requests_are_measured_by_operation_and_outcome_and_repetitions_counted()
    {
        using var provider = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = provider.GetRequiredService<IMeterFactory>();
        var (requests, retries) = (new ConcurrentQueue<string>(), 0L);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Scope == meters)
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) =>
            requests.Enqueue($"{instrument.Name} {string.Join(' ', tags.ToArray().Select(tag => tag.Value))}"));
        listener.SetMeasurementEventCallback<long>((_, count, _, _) => retries += count);
        listener.Start();
        await using var index = new QdrantVectorIndex(new QdrantOptions { Url = Server.Url, ApiKey = Key }, meters: meters);

        Server.Faults.BrokenAnswers = 1;
        await index.SearchAsync("c", Query);
        await Assert.ThrowsAsync<CollectionNotFoundException>(() => index.CountAsync("none"));
        Server.Faults.IsFull = true;
        await Assert.ThrowsAsync<StorageUnavailableException>(() => index.UpsertAsync("c", [Point(2, ("cnn", East))]));

        string[] expected = ["get collection done", "post points query done", "get collection refused", "put points unavailable"];
        Assert.Equal(expected.Select(request => $"pipeline.index.request.duration {request}"), requests);
        Assert.Equal(1, retries);
    }
}
