using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.VectorIndex;
using Xunit;
using static Pipeline.Tests.Unit.VectorIndex.Points;

namespace Pipeline.Tests.Unit.VectorIndex;

public class EmbeddedVectorIndexTests
{
    private static readonly DenseVector East = new([1, 0, 0, 0, 0]);
    private static readonly DenseVector North = new([0, 1, 0, 0, 0]);

    [Fact]
    public async Task Orders_equal_scores_by_id()
    {
        await using var directory = await CreateAsync();
        int[] shuffled = [7, 2, 9, 4, 1, 8];
        await directory.Index.UpsertAsync("c", [.. shuffled.Select(i => Point(i, ("cnn", East), ("hash", new BinaryCode([3, 0]))))]);

        var dense = await directory.Index.SearchAsync("c", new IndexQuery { Space = "cnn", Vector = East, Limit = 4 });
        var codes = await directory.Index.SearchAsync("c", new IndexQuery { Space = "hash", Vector = new BinaryCode([0, 0]), Limit = 4 });

        Assert.Equal([Id(1), Id(2), Id(4), Id(7)], dense.Select(hit => hit.Id));
        Assert.Equal([Id(1), Id(2), Id(4), Id(7)], codes.Select(hit => hit.Id));
        Assert.All(dense, hit => Assert.Equal(1, hit.Score, 1e-6));
        Assert.All(codes, hit => Assert.Equal(-2, hit.Score));
    }

    [Fact]
    public async Task Replaces_a_point_wholly()
    {
        await using var directory = await CreateAsync();
        await directory.Index.UpsertAsync("c", [Point(Id(1), Payload("a", "old"), ("cnn", East), ("hash", new BinaryCode([1, 0])))]);
        await directory.Index.UpsertAsync("c", [Point(Id(1), Payload("b", "new"), ("cnn", North))]);
        await AssertReplacedAsync(directory.Index);
        await directory.ReopenAsync();
        await AssertReplacedAsync(directory.Index);

        static async Task AssertReplacedAsync(EmbeddedVectorIndex index)
        {
            var point = Assert.Single(await index.GetAsync("c", [Id(1)]));
            Assert.Equal("b", point.Payload.Tenant);
            Assert.Equal(["new"], point.Payload.Labels);
            Assert.Equal(["cnn"], point.Vectors.Keys);
            Assert.Empty(await index.SearchAsync("c", new IndexQuery { Space = "hash", Vector = new BinaryCode([1, 0]), Limit = 1 }));
            Assert.Equal(0, await index.CountAsync("c", new PayloadFilter { AllLabels = ["old"] }));
            Assert.Equal(1, await index.CountAsync("c", new PayloadFilter { Tenant = "b", AllLabels = ["new"] }));
        }
    }

    [Fact]
    public async Task Keeps_payload_and_normalised_vectors_across_reopening()
    {
        await using var directory = await CreateAsync();
        var payload = new IndexPayload
        {
            Tenant = "t",
            Labels = ["ä", "日本"],
            ExternalIds = ["x/1", "x/2"],
            Attributes = new Dictionary<string, string> { ["model"] = "m-1" },
        };
        await directory.Index.UpsertAsync("c", [Point(Id(5), payload, ("cnn", new DenseVector([3, 4, 0, 0, 0])))]);
        await directory.ReopenAsync();

        var point = Assert.Single(await directory.Index.GetAsync("c", [Id(5)]));

        Assert.Equal(payload.Labels, point.Payload.Labels);
        Assert.Equal(payload.ExternalIds, point.Payload.ExternalIds);
        Assert.Equal(payload.Attributes, point.Payload.Attributes);
        Assert.Equal([0.6f, 0.8f, 0, 0, 0], Assert.IsType<DenseVector>(point.Vectors["cnn"]).Values);

        await directory.Index.UpsertAsync("c", [point]);
        var again = Assert.Single(await directory.Index.GetAsync("c", [Id(5)]));
        Assert.Equal(((DenseVector)point.Vectors["cnn"]).Values, ((DenseVector)again.Vectors["cnn"]).Values);
    }

    [Fact]
    public async Task Does_not_notice_when_the_caller_changes_its_arrays_later()
    {
        await using var directory = await CreateAsync();
        var code = new byte[] { 0xF, 0 };
        await directory.Index.UpsertAsync("c", [Point(1, ("hash", new BinaryCode(code)))]);
        code[0] = 0;

        var hit = Assert.Single(await directory.Index.SearchAsync(
            "c", new IndexQuery { Space = "hash", Vector = new BinaryCode([0xF, 0]), Limit = 1 }));
        Assert.Equal(0, hit.Score);
    }

    [Fact]
    public async Task Creates_a_collection_once_and_refuses_another_schema()
    {
        await using var directory = await CreateAsync();
        await directory.Index.EnsureCollectionAsync("c", new CollectionSchema([.. Schema.Spaces.Reverse()]));
        var other = new CollectionSchema([new DenseSpace("cnn", Dimensions + 1)]);
        await Assert.ThrowsAsync<SchemaMismatchException>(() => directory.Index.EnsureCollectionAsync("c", other));
        await directory.ReopenAsync();
        await Assert.ThrowsAsync<SchemaMismatchException>(() => directory.Index.EnsureCollectionAsync("c", other));
        Assert.Equal(["c"], await directory.Index.ListCollectionsAsync());
    }

    [Fact]
    public async Task A_dropped_collection_stays_dropped_and_its_name_can_be_used_again()
    {
        await using var directory = await CreateAsync();
        await directory.Index.UpsertAsync("c", [Point(1, ("cnn", East))]);

        Assert.True(await directory.Index.DropCollectionAsync("c"));
        Assert.False(await directory.Index.DropCollectionAsync("c"));
        await Assert.ThrowsAsync<CollectionNotFoundException>(() => directory.Index.UpsertAsync("c", [Point(1, ("cnn", East))]));
        await directory.ReopenAsync();
        Assert.Empty(await directory.Index.ListCollectionsAsync());

        await directory.Index.EnsureCollectionAsync("c", new CollectionSchema([new SparseSpace("sift")]));
        Assert.Equal(0, await directory.Index.CountAsync("c"));
    }

    [Fact]
    public async Task Keeps_collections_apart()
    {
        await using var directory = await CreateAsync();
        await directory.Index.EnsureCollectionAsync("d", Schema);
        await directory.Index.UpsertAsync("c", [Point(1, ("cnn", East))]);
        await directory.Index.UpsertAsync("d", [Point(1, ("cnn", North)), Point(2)]);
        await directory.ReopenAsync();
        await directory.Index.DeleteAsync("d", [Id(1)]);

        Assert.Equal(1, await directory.Index.CountAsync("c"));
        Assert.Equal(1, await directory.Index.CountAsync("d"));
        Assert.Equal(1, Assert.Single(await directory.Index.SearchAsync("c", new IndexQuery { Space = "cnn", Vector = East, Limit = 9 })).Score, 1e-6);
    }

    public static TheoryData<string, VectorValue> UnsuitableVectors { get; } = new()
    {
        { "cnn", new DenseVector([1, 2]) },
        { "cnn", new DenseVector([0, 0, 0, 0, 0]) },
        { "cnn", new DenseVector([1, float.NaN, 0, 0, 0]) },
        { "cnn", new DenseVector([1, float.PositiveInfinity, 0, 0, 0]) },
        { "cnn", new BinaryCode([1, 0]) },
        { "hash", new BinaryCode([1]) },
        { "hash", new BinaryCode([0, 0x20]) },
        { "sift", new SparseVector([1, 1], [1, 1]) },
        { "sift", new SparseVector([2, 1], [1, 1]) },
        { "sift", new SparseVector([1], [1, 1]) },
        { "sift", new SparseVector([1], [float.NaN]) },
        { "unknown", new DenseVector([1]) },
    };

    [Theory]
    [MemberData(nameof(UnsuitableVectors), DisableDiscoveryEnumeration = true)]
    public async Task Refuses_a_vector_that_does_not_suit_its_space(string space, VectorValue vector)
    {
        await using var directory = await CreateAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => directory.Index.UpsertAsync("c", [Point(1, ("cnn", East)), Point(2, (space, vector))]));
        await Assert.ThrowsAsync<ArgumentException>(
            () => directory.Index.SearchAsync("c", new IndexQuery { Space = space, Vector = vector, Limit = 1 }));
        Assert.Equal(0, await directory.Index.CountAsync("c"));
    }

    [Fact]
    public async Task Names_the_problem_when_a_second_index_opens_the_directory()
    {
        await using var directory = await CreateAsync();
        var error = Assert.Throws<InvalidOperationException>(
            () => EmbeddedVectorIndex.Open(new VectorIndexOptions { Path = directory.Path }));
        Assert.Contains("open in another process", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_to_open_a_damaged_point()
    {
        await using var directory = await CreateAsync();
        await directory.Index.UpsertAsync("c", [Point(1, ("cnn", East))]);
        await directory.Index.DisposeAsync();
        using (var connection = new SqliteConnection($"Data Source={Path.Combine(directory.Path, "index.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "UPDATE points SET vectors = substr(vectors, 1, 10)";
            Assert.Equal(1, command.ExecuteNonQuery());
        }

        var error = await Assert.ThrowsAsync<InvalidDataException>(() => directory.ReopenAsync());
        Assert.Contains(Id(1).ToString(), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Undoes_a_write_that_the_database_refuses_and_goes_on()
    {
        await using var directory = await CreateAsync();
        await directory.Index.UpsertAsync("c", [Point(1, ("cnn", East))]);
        await directory.Index.DisposeAsync();
        using (var connection = new SqliteConnection($"Data Source={Path.Combine(directory.Path, "index.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = $"""
                CREATE TRIGGER refuse BEFORE INSERT ON points WHEN new.id = x'{Id(66):N}'
                BEGIN SELECT RAISE(FAIL, 'disk on fire'); END
                """;
            command.ExecuteNonQuery();
        }

        await directory.ReopenAsync();
        IndexPoint[] write = [Point(1, ("cnn", North)), Point(2, ("cnn", North)), Point(66, ("cnn", North))];
        var error = await Assert.ThrowsAsync<SqliteException>(() => directory.Index.UpsertAsync("c", write));
        Assert.Contains("disk on fire", error.Message, StringComparison.Ordinal);
        await directory.Index.UpsertAsync("c", [Point(3, ("cnn", North))]);

        for (var opened = 1; opened <= 2; opened++)
        {
            var hits = await directory.Index.SearchAsync("c", new IndexQuery { Space = "cnn", Vector = East, Limit = 9 });
            Assert.Equal([(Id(1), 1), (Id(3), 0)], hits.Select(hit => (hit.Id, (int)hit.Score)));
            await directory.ReopenAsync();
        }
    }

    [Fact]
    public async Task Finds_the_same_with_one_thread_and_with_many()
    {
        const int Count = 6000;
        var space = new DenseSpace("cnn", 512);
        var random = new Random(5);
        IndexPoint[] points =
        [
            .. Enumerable.Range(0, Count).Select(i => Point((i * 7919) % Count, ("cnn", OneOfFew(random)))),
        ];
        var query = new IndexQuery { Space = "cnn", Vector = OneOfFew(random), Limit = 777 };
        await using var one = new IndexDirectory(threads: 1);
        await using var many = new IndexDirectory(threads: 3);
        foreach (var index in new[] { one.Index, many.Index })
        {
            await index.EnsureCollectionAsync("c", new CollectionSchema([space]));
            await index.UpsertAsync("c", points);
        }

        var expected = await one.Index.SearchAsync("c", query);
        var hits = await many.Index.SearchAsync("c", query);

        Assert.Equal(expected.Select(hit => (hit.Id, hit.Score)), hits.Select(hit => (hit.Id, hit.Score)));
        Assert.True(expected.DistinctBy(hit => hit.Score).Count() < expected.Count, "no ties were tried");

        // Few distinct vectors, so that ties straddle the threads' shares and the limit.
        static DenseVector OneOfFew(Random random)
        {
            var values = new float[512];
            values[random.Next(20)] = 1;
            values[100 + random.Next(20)] = 1;
            return new DenseVector(values);
        }
    }

    [Fact]
    public async Task Takes_no_calls_after_it_is_closed()
    {
        await using var directory = await CreateAsync();
        var closed = directory.Index;
        await directory.ReopenAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => closed.UpsertAsync("c", [Point(1, ("cnn", East))]));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await closed.CountAsync("c"));
    }

    [Fact]
    public async Task Opens_where_the_configuration_says_and_refuses_bad_settings()
    {
        var path = Directory.CreateTempSubdirectory("vector-index-").FullName;
        await using (var provider = Provider(("Index:Path", Path.Combine(path, "deep", "down"))))
        {
            await provider.GetRequiredService<IVectorIndex>().EnsureCollectionAsync("c", Schema);
            Assert.True(File.Exists(Path.Combine(path, "deep", "down", "index.db")));
        }

        await using var wrong = Provider(("Index:MaxThreads", "-1"));
        Assert.Throws<OptionsValidationException>(() => wrong.GetRequiredService<IVectorIndex>());
        Directory.Delete(path, recursive: true);
    }

    private static ServiceProvider Provider(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)))
            .Build();
        return new ServiceCollection().AddLogging().AddEmbeddedVectorIndex(configuration).BuildServiceProvider();
    }

    private static async Task<IndexDirectory> CreateAsync()
    {
        var directory = new IndexDirectory();
        await directory.Index.EnsureCollectionAsync("c", Schema);
        return directory;
    }
}
