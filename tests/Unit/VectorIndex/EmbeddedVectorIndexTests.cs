using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Tests.Unit.VectorIndex.Contract;
using Pipeline.VectorIndex;
using Xunit;
using static Pipeline.Tests.Unit.VectorIndex.Points;

namespace Pipeline.Tests.Unit.VectorIndex;

public sealed class EmbeddedVectorIndexTests : VectorIndexContract
{
    private static readonly DenseVector East = new([1, 0, 0, 0, 0]);
    private static readonly DenseVector North = new([0, 1, 0, 0, 0]);

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

    protected override Task<IOpenedIndex> OpenAsync() => Task.FromResult<IOpenedIndex>(new OpenedDirectory(new IndexDirectory()));

    private static ServiceProvider Provider(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)))
            .Build();
        return new ServiceCollection().AddLogging().AddVectorIndex(configuration).BuildServiceProvider();
    }

    private static async Task<IndexDirectory> CreateAsync()
    {
        var directory = new IndexDirectory();
        await directory.Index.EnsureCollectionAsync("c", Schema);
        return directory;
    }
}
