using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Storage;
using Pipeline.Tests.Support.Qdrant;
using Pipeline.Tests.Unit.VectorIndex.Contract;
using Pipeline.VectorIndex;
using Pipeline.VectorIndex.Qdrant;
using Xunit;
using static Pipeline.Tests.Unit.VectorIndex.Points;

namespace Pipeline.Tests.Unit.VectorIndex.Qdrant;

/// <summary>What goes wrong between the index and its server, and what callers see of it.</summary>
public sealed class QdrantFaultTests : IAsyncLifetime
{
    private const string Key = "the-key";
    private static readonly DenseVector East = new([1, 0, 0, 0, 0]);
    private static readonly IndexQuery Query = new() { Space = "cnn", Vector = East, Limit = 5 };

    private QdrantDouble _server = null!;
    private QdrantVectorIndex _index = null!;

    public async Task InitializeAsync()
    {
        _server = await QdrantDouble.StartAsync(Key);
        _index = Open();
        await _index.EnsureCollectionAsync("c", Schema);
        await _index.UpsertAsync("c", [Point(1, ("cnn", East))]);
    }

    public async Task DisposeAsync()
    {
        await _index.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_server_that_is_away_at_the_start_is_found_once_it_is_there()
    {
        await _server.StopAsync();
        await using var index = Open();

        await Assert.ThrowsAsync<StorageUnavailableException>(() => index.EnsureCollectionAsync("d", Schema));
        Assert.Contains(_server.Url.Authority, (await Assert.ThrowsAsync<StorageUnavailableException>(() => index.ProbeAsync(default))).Message, StringComparison.Ordinal);

        await _server.StartAgainAsync();
        await index.ProbeAsync(default);
        await index.EnsureCollectionAsync("d", Schema);
        Assert.Equal(["c", "d"], await index.ListCollectionsAsync());
    }

    [Fact]
    public async Task A_server_that_goes_away_and_comes_back_is_used_again()
    {
        await _server.StopAsync();
        await Assert.ThrowsAsync<StorageUnavailableException>(() => _index.SearchAsync("c", Query));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => _index.UpsertAsync("c", [Point(2, ("cnn", East))]));

        await _server.StartAgainAsync();
        await _index.UpsertAsync("c", [Point(2, ("cnn", East))]);
        Assert.Equal(2, (await _index.SearchAsync("c", Query)).Count);
    }

    [Fact]
    public async Task A_write_whose_answer_is_lost_is_made_again_and_once_only_counts()
    {
        _server.Faults.BrokenAnswers = 2;
        await _index.UpsertAsync("c", [Point(2, ("cnn", East))]);
        _server.Faults.BrokenAnswers = 1;
        await _index.EnsureCollectionAsync("d", Schema);
        _server.Faults.BrokenAnswers = 2;
        await _index.SetAliasAsync("serving", "d");

        Assert.Equal(2, await _index.CountAsync("c"));
        Assert.Equal("d", Assert.Single(await _index.GetAliasesAsync()).Value);
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
            _server.Faults.BrokenAnswers = random.Next(3);
            return call();
        }
    }

    [Fact]
    public async Task What_made_twice_would_be_two_is_not_repeated()
    {
        _server.Faults.BrokenAnswers = 1;
        await Assert.ThrowsAsync<StorageUnavailableException>(() => _index.CreateSnapshotAsync("c"));
        Assert.Single(await _index.ListSnapshotsAsync("c"));
    }

    [Fact]
    public async Task A_slow_server_is_waited_for_up_to_the_time_out_and_not_asked_twice()
    {
        _server.Faults.Delay = TimeSpan.FromMilliseconds(400);
        Assert.Single(await _index.SearchAsync("c", Query));

        await using var impatient = Open(options => options.Timeout = TimeSpan.FromMilliseconds(150));
        var clock = Stopwatch.StartNew();
        var error = await Assert.ThrowsAsync<StorageUnavailableException>(() => impatient.SearchAsync("c", Query));

        Assert.Contains("00:00:00.15", error.Message, StringComparison.Ordinal);
        Assert.InRange(clock.Elapsed, TimeSpan.FromMilliseconds(140), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Whoever_gives_up_does_not_wait_for_a_slow_server()
    {
        _server.Faults.Delay = TimeSpan.FromSeconds(20);
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _index.SearchAsync("c", Query, soon.Token));
    }

    [Fact]
    public async Task A_full_disk_stops_writes_and_no_searches()
    {
        _server.Faults.IsFull = true;
        var error = await Assert.ThrowsAsync<StorageUnavailableException>(() => _index.UpsertAsync("c", [Point(2, ("cnn", East))]));
        Assert.Contains("No space left", error.Message, StringComparison.Ordinal);
        Assert.Single(await _index.SearchAsync("c", Query));

        _server.Faults.IsFull = false;
        await _index.UpsertAsync("c", [Point(2, ("cnn", East))]);
        Assert.Equal(2, await _index.CountAsync("c"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("another")]
    public async Task A_wrong_key_names_the_setting_in_calls_and_in_the_probe(string key)
    {
        await using var index = Open(options => options.ApiKey = key);
        foreach (var call in (Func<Task>[])[() => index.ProbeAsync(default), () => index.SearchAsync("c", Query), () => index.EnsureCollectionAsync("c", Schema)])
        {
            var error = await Assert.ThrowsAsync<StorageUnavailableException>(call);
            Assert.Contains("Index:Qdrant:ApiKey", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("another", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable, 4)]
    [InlineData(HttpStatusCode.TooManyRequests, 4)]
    [InlineData(HttpStatusCode.InternalServerError, 1)]
    [InlineData(HttpStatusCode.RequestTimeout, 1)]
    public async Task Only_a_refusal_for_now_is_asked_again(HttpStatusCode refusal, int requests)
    {
        _server.Faults.Refusal = refusal;
        var before = _server.Exchanges.Count;
        await Assert.ThrowsAsync<StorageUnavailableException>(() => _index.CountAsync("c"));
        Assert.Equal(requests, _server.Exchanges.Count - before);
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
        await using var index = new QdrantVectorIndex(new QdrantOptions { Url = _server.Url, ApiKey = Key }, meters: meters);

        _server.Faults.BrokenAnswers = 1;
        await index.SearchAsync("c", Query);
        await Assert.ThrowsAsync<CollectionNotFoundException>(() => index.CountAsync("none"));
        _server.Faults.IsFull = true;
        await Assert.ThrowsAsync<StorageUnavailableException>(() => index.UpsertAsync("c", [Point(2, ("cnn", East))]));

        string[] expected = ["get collection done", "post points query done", "get collection refused", "put points unavailable"];
        Assert.Equal(expected.Select(request => $"pipeline.index.request.duration {request}"), requests);
        Assert.Equal(1, retries);
    }

    [Fact]
    public async Task A_collection_deleted_behind_our_back_is_missed_by_name_and_can_be_made_again()
    {
        await using (var someone = Open())
        {
            await someone.DropCollectionAsync("c");
        }

        await Assert.ThrowsAsync<CollectionNotFoundException>(() => _index.SearchAsync("c", Query));
        await Assert.ThrowsAsync<CollectionNotFoundException>(() => _index.UpsertAsync("c", [Point(1, ("cnn", East))]));
        await Assert.ThrowsAsync<CollectionNotFoundException>(() => _index.SetVectorsAsync("c", [Update(1, new Random(3))]));
        await _index.EnsureCollectionAsync("c", Schema);
        Assert.Equal(0, await _index.CountAsync("c"));
    }

    [Fact]
    public async Task An_alias_switched_by_someone_else_is_followed_even_to_vectors_of_another_length()
    {
        await _index.SetAliasAsync("serving", "c");
        Assert.Single(await _index.SearchAsync("serving", Query));
        await using (var someone = Open())
        {
            await someone.EnsureCollectionAsync("d", new CollectionSchema([new DenseSpace("cnn", 2), new CodeSpace("hash", 3)]));
            await someone.UpsertAsync("d", [Point(8, ("cnn", new DenseVector([0, 1])), ("hash", new BinaryCode([5])))]);
            await someone.SetAliasAsync("serving", "d");
        }

        await Assert.ThrowsAsync<ArgumentException>(() => _index.SearchAsync("serving", Query));
        var hit = Assert.Single(await _index.SearchAsync("serving", Query with { Vector = new DenseVector([0, 2]) }));
        Assert.Equal(Id(8), hit.Id);
        Assert.Equal([5], ((BinaryCode)Assert.Single(await _index.GetAsync("serving", [Id(8)])).Vectors["hash"]).Bytes);
    }

    [Fact]
    public async Task A_collection_that_others_made_is_refused_by_name()
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add("api-key", Key);
        using var body = new StringContent("""{"vectors":{"cnn":{"size":5,"distance":"Euclid"}}}""", System.Text.Encoding.UTF8, "application/json");
        (await http.PutAsync(new Uri(_server.Url, "collections/theirs"), body)).EnsureSuccessStatusCode();

        var error = await Assert.ThrowsAsync<InvalidDataException>(() => _index.EnsureCollectionAsync("theirs", Schema));
        Assert.Contains("'theirs'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_that_create_a_collection_at_once_all_find_it()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            await using var index = Open();
            await index.EnsureCollectionAsync("together", Schema);
            await index.UpsertAsync("together", [Point(1, ("cnn", East))]);
        }));
        Assert.Equal(1, await _index.CountAsync("together"));
    }

    [Fact]
    public async Task Systems_that_share_a_server_do_not_see_each_other()
    {
        await using var a = Open(options => options.Prefix = "a-");
        await using var b = Open(options => options.Prefix = "b-");
        await a.EnsureCollectionAsync("c", Schema);
        await b.EnsureCollectionAsync("c", new CollectionSchema([new SparseSpace("sift")]));
        await a.SetAliasAsync("serving", "c");

        Assert.Equal(["c"], await a.ListCollectionsAsync());
        Assert.Empty(await b.GetAliasesAsync());
        Assert.True(await b.DropCollectionAsync("c"));
        Assert.Equal("c", (await a.GetAliasesAsync())["serving"]);
        Assert.Equal(0, await a.CountAsync("serving"));
    }

    [Fact]
    public async Task A_restored_snapshot_brings_back_what_the_collection_was()
    {
        var snapshot = await _index.CreateSnapshotAsync("c");
        await _index.DeleteAsync("c", [Id(1)]);
        await _index.DropCollectionAsync("c");

        await _index.RecoverAsync("c", new Uri($"file:///qdrant/snapshots/c/{snapshot.Name}"));
        Assert.Single(await _index.SearchAsync("c", Query));
        Assert.Equal(snapshot, Assert.Single(await _index.ListSnapshotsAsync("c")));
        Assert.True(await _index.DeleteSnapshotAsync("c", snapshot.Name));
        Assert.False(await _index.DeleteSnapshotAsync("c", snapshot.Name));
        await Assert.ThrowsAsync<ArgumentException>(() => _index.RecoverAsync("c", new Uri("file:///qdrant/snapshots/c/gone.snapshot")));
        await Assert.ThrowsAsync<CollectionNotFoundException>(() => _index.CreateSnapshotAsync("none"));
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_gets_neither_key_nor_request()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using var server = await QdrantDouble.StartAsync(Key, certificate);
        await using var index = Open(options => (options.Url, options.Retries) = (server.Url, 0));

        await Assert.ThrowsAsync<StorageUnavailableException>(() => index.ProbeAsync(default));
        Assert.Empty(server.Exchanges);
    }

    private QdrantVectorIndex Open(Action<QdrantOptions>? change = null)
    {
        var options = new QdrantOptions { Url = _server.Url, ApiKey = Key };
        change?.Invoke(options);
        return new QdrantVectorIndex(options);
    }
}
