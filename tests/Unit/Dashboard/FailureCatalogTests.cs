using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Dashboard.Failures;
using Pipeline.Storage;
using Xunit;

namespace Pipeline.Tests.Unit.Dashboard;

public sealed class FailureCatalogTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly StateFolder _folder = new();
    private readonly DirectoryInfo _blobs = Directory.CreateTempSubdirectory("failures-");
    private readonly FailureCatalog _failures;

    public FailureCatalogTests() => _failures = new FailureCatalog(_folder.Store, new DirectoryBlobStore(_blobs.FullName));

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _folder.DisposeAsync();
        _blobs.Delete(recursive: true);
    }

    [Fact]
    public async Task A_failure_that_comes_twice_is_one()
    {
        var failure = Failure(1);
        await _failures.AddAsync(failure, [1, 2, 3], CancellationToken.None);
        await _failures.AddAsync(failure, [1, 2, 3], CancellationToken.None);

        Assert.Equal(1, await _failures.CountAsync(CancellationToken.None));
        Assert.Equal([1, 2, 3], await _failures.ReadBodyAsync(failure.Id, CancellationToken.None));
    }

    [Fact]
    public async Task A_failure_that_was_dealt_with_leaves_nothing()
    {
        var failure = Failure(1);
        await _failures.AddAsync(failure, [1], CancellationToken.None);

        Assert.True(await _failures.RemoveAsync(failure.Id, CancellationToken.None));
        Assert.False(await _failures.RemoveAsync(failure.Id, CancellationToken.None));
        Assert.Null(await _failures.ReadBodyAsync(failure.Id, CancellationToken.None));
        Assert.Empty(await _failures.FacetsAsync("stage", CancellationToken.None));
        Assert.Equal(0, await _failures.CountAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_value_that_no_failure_has_any_more_is_forgotten_and_comes_back_with_the_next_one_that_has_it()
    {
        var facets = new StateKey("failure-facets", "collection");
        var (first, second) = (Failure(1) with { Collection = "made up" }, Failure(2) with { Collection = "made up" });
        await _failures.AddAsync(first, null, CancellationToken.None);
        await _failures.RemoveAsync(first.Id, CancellationToken.None);

        Assert.Empty(await _failures.FacetsAsync("collection", CancellationToken.None));
        Assert.Empty(await _folder.Store.GetSetAsync(facets, CancellationToken.None));

        await _failures.AddAsync(second, null, CancellationToken.None);
        Assert.Equal(new Facet("made up", 1), Assert.Single(await _failures.FacetsAsync("collection", CancellationToken.None)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(500)]
    public async Task Pages_of_any_length_make_up_what_the_filter_wants_latest_first(int limit)
    {
        for (var i = 0; i < 60; i++)
        {
            await _failures.AddAsync(
                Failure(i) with { Stage = i % 2 == 0 ? "upload" : "indexing", Collection = i % 3 == 0 ? "photos" : "shop", Reason = "Timeout" }, null, CancellationToken.None);
        }

        var filter = new FailureFilter(Stage: "upload", Collection: "photos", Reason: "Timeout", Since: Start.AddSeconds(10));
        var found = new List<FailureRecord>();
        string? cursor = null;
        do
        {
            var page = await _failures.ListAsync(filter, cursor, limit, CancellationToken.None);
            Assert.InRange(page.Records.Count, 0, limit);
            found.AddRange(page.Records);
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.Equal(Enumerable.Range(10, 50).Where(i => i % 6 == 0).Reverse().Select(i => Start.AddSeconds(i)), found.Select(failure => failure.At));
    }

    [Fact]
    public async Task Facets_say_how_many_there_are_of_each()
    {
        await _failures.AddAsync(Failure(1) with { Stage = "upload" }, null, CancellationToken.None);
        await _failures.AddAsync(Failure(2) with { Stage = "upload" }, null, CancellationToken.None);
        await _failures.AddAsync(Failure(3) with { Stage = "indexing" }, null, CancellationToken.None);

        Assert.Equal([new Facet("indexing", 1), new Facet("upload", 2)], await _failures.FacetsAsync("stage", CancellationToken.None));
    }

    [Fact]
    public async Task Names_that_a_message_chose_badly_are_kept_and_found()
    {
        var odd = Failure(1) with { Collection = "", Reason = new string('x', 5000), Stage = "a\0b\uD800" };
        await _failures.AddAsync(odd, null, CancellationToken.None);

        var (reason, stage) = (Assert.Single(await _failures.FacetsAsync("reason", CancellationToken.None)).Value, Assert.Single(await _failures.FacetsAsync("stage", CancellationToken.None)).Value);
        foreach (var filter in (FailureFilter[])[new(Reason: odd.Reason), new(Reason: reason, Stage: stage)])
        {
            Assert.Equal(odd.Id, Assert.Single((await _failures.ListAsync(filter, null, 10, CancellationToken.None)).Records).Id);
        }
    }

    [Fact]
    public async Task A_few_errors_are_not_looked_for_among_all_rejections()
    {
        for (var i = 0; i < 20; i++)
        {
            await _failures.AddAsync(Failure(i) with { Kind = i == 0 ? FailureKind.Error : FailureKind.Rejection }, null, CancellationToken.None);
        }

        var store = new CountingStore(_folder.Store);
        var catalog = new FailureCatalog(store, new DirectoryBlobStore(_blobs.FullName));
        foreach (var filter in (FailureFilter[])[new(Kind: FailureKind.Error, Collection: "photos"), new(Kind: FailureKind.Error, Stage: Failure(0).Stage)])
        {
            Assert.Single((await catalog.ListAsync(filter, null, 10, CancellationToken.None)).Records);
        }

        Assert.Equal(2, store.RecordsRead);
    }

    [Fact]
    public async Task Of_a_long_message_only_the_beginning_is_read_where_no_more_is_shown()
    {
        var failure = Failure(1);
        await _failures.AddAsync(failure, [1, 2, 3], CancellationToken.None);

        Assert.Equal([1, 2], await _failures.ReadBodyAsync(failure.Id, most: 2, CancellationToken.None));
        Assert.Equal([1, 2, 3], await _failures.ReadBodyAsync(failure.Id, most: 4, CancellationToken.None));
        Assert.Null(await _failures.ReadBodyAsync(Guid.NewGuid(), most: 4, CancellationToken.None));
    }

    [Fact]
    public async Task What_is_deleted_takes_its_failures_along_and_no_others()
    {
        var (image, other) = (Guid.NewGuid(), Guid.NewGuid());
        await _failures.AddAsync(Failure(1) with { ImageId = image }, [1], CancellationToken.None);
        await _failures.AddAsync(Failure(2) with { ImageId = other }, [2], CancellationToken.None);
        await _failures.AddAsync(Failure(3) with { Collection = "shop" }, [3], CancellationToken.None);

        await _failures.RemoveOfImageAsync(image, CancellationToken.None);
        Assert.Equal(
            [3, 2], (await _failures.ListAsync(new FailureFilter(), null, 10, CancellationToken.None)).Records.Select(failure => (int)(failure.At - Start).TotalSeconds));
        await _failures.RemoveOfCollectionAsync("photos", CancellationToken.None);
        Assert.Equal("shop", Assert.Single((await _failures.ListAsync(new FailureFilter(), null, 10, CancellationToken.None)).Records).Collection);
        Assert.Single(_blobs.GetFiles("*", SearchOption.AllDirectories), file => file.Length == 1);
    }

    [Fact]
    public async Task Only_the_oldest_rejections_are_forgotten_beyond_so_many()
    {
        await _failures.AddAsync(Failure(0), [1], CancellationToken.None);
        for (var i = 1; i <= 20; i++)
        {
            await _failures.AddAsync(Failure(i) with { Kind = FailureKind.Rejection }, null, CancellationToken.None);
        }

        await _failures.TrimRejectionsAsync(5, CancellationToken.None);

        var left = (await _failures.ListAsync(new FailureFilter(), null, 100, CancellationToken.None)).Records;
        Assert.Equal([20, 19, 18, 17, 16, 0], left.Select(failure => (int)(failure.At - Start).TotalSeconds));
    }

    [Fact]
    public async Task How_many_wait_is_measured_by_kind_and_again_when_they_are_dealt_with()
    {
        await using var services = new ServiceCollection().AddMetrics().AddSingleton<FailureMetrics>().BuildServiceProvider();
        var metrics = services.GetRequiredService<FailureMetrics>();
        var failure = Failure(1);
        await _failures.AddAsync(failure, [1], CancellationToken.None);
        await _failures.AddAsync(Failure(2) with { Kind = FailureKind.Rejection }, null, CancellationToken.None);

        await metrics.MeasureAsync(_failures, CancellationToken.None);
        Assert.Equal([("error", 1), ("quarantine", 0), ("rejection", 1)], Measured(services));

        await _failures.RemoveAsync(failure.Id, CancellationToken.None);
        await metrics.MeasureAsync(_failures, CancellationToken.None);
        Assert.Equal([("error", 0), ("quarantine", 0), ("rejection", 1)], Measured(services));
    }

    /// <summary>What is exported now, by kind.</summary>
    private static IEnumerable<(string Kind, long Count)> Measured(IServiceProvider services)
    {
        var factory = services.GetRequiredService<IMeterFactory>();
        List<(string Kind, long Count)> measured = [];
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Meter.Name == FailureMetrics.MeterName && instrument.Meter.Scope == factory)
            {
                own.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) => measured.Add(((string)tags[0].Value!, count)));
        listener.Start();
        listener.RecordObservableInstruments();
        return measured.Order();
    }

    private static FailureRecord Failure(int second) => new()
    {
        Id = Guid.NewGuid(), Kind = FailureKind.Error, Stage = "upload", Reason = "System.TimeoutException", At = Start.AddSeconds(second), Collection = "photos",
    };
}
