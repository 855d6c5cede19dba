using System.Text.Json.Nodes;
using Pipeline.Tests.Support.Qdrant;
using Pipeline.VectorIndex;
using Pipeline.VectorIndex.Qdrant;
using Xunit;
using static Pipeline.Tests.Unit.VectorIndex.Points;

namespace Pipeline.Tests.Unit.VectorIndex.Qdrant;

/// <summary>What is asked of the server so that its answers can be what the contract says.</summary>
public sealed class QdrantRequestTests : IAsyncLifetime
{
    private static readonly DenseVector East = new([1, 0, 0, 0, 0]);

    private QdrantDouble _server = null!;

    public async Task InitializeAsync() => _server = await QdrantDouble.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Every_change_of_points_is_waited_for()
    {
        await using var index = await CreateAsync();
        await index.UpsertAsync("c", [Point(1, ("cnn", East))]);
        await index.SetVectorsAsync("c", [new VectorUpdate { Id = Id(1), Vectors = new Dictionary<string, VectorValue?> { ["hash"] = new BinaryCode([1, 0]) } }]);
        await index.DeleteAsync("c", [Id(1)]);

        var changes = _server.Exchanges.Where(exchange => exchange.Template.EndsWith("/points", StringComparison.Ordinal) && exchange.Method == "PUT"
            || exchange.Template.EndsWith("/points/batch", StringComparison.Ordinal) || exchange.Template.EndsWith("/points/delete", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, changes.Count);
        Assert.All(changes, exchange => Assert.Equal(("true", "medium"), (exchange.Query["wait"], exchange.Query["ordering"])));
    }

    [Fact]
    public async Task A_collection_tells_its_status_and_one_that_is_not_there_that_it_is_not()
    {
        await using var index = await CreateAsync();
        Assert.Equal(IndexStatus.Green, await index.GetStatusAsync("c"));
        await Assert.ThrowsAsync<CollectionNotFoundException>(() => index.GetStatusAsync("none"));
    }

    [Fact]
    public async Task Codes_are_kept_on_disk_searched_by_their_copies_in_memory_and_have_no_graph()
    {
        await using var index = await CreateAsync();
        await index.SearchAsync("c", new IndexQuery { Space = "hash", Vector = new BinaryCode([1, 0]), Limit = 3 });

        var created = _server.Exchanges.Single(exchange => exchange is { Method: "PUT", Template: "/collections/{collection_name}" }).Body!["vectors"]!["hash"]!;
        Assert.Equal(("Dot", Bits, true, 0), ((string)created["distance"]!, (int)created["size"]!, (bool)created["on_disk"]!, (int)created["hnsw_config"]!["m"]!));
        Assert.True((bool)created["quantization_config"]!["binary"]!["always_ram"]!);
        var search = Searches().Single();
        Assert.Null(search["params"]!["exact"]);
        Assert.False((bool)search["params"]!["quantization"]!["rescore"]!);
    }

    [Fact]
    public async Task Codes_of_a_collection_with_a_graph_are_searched_exactly()
    {
        using var http = new HttpClient();
        using var body = new StringContent("""{"vectors":{"hash":{"size":13,"distance":"Dot"}}}""", System.Text.Encoding.UTF8, "application/json");
        (await http.PutAsync(new Uri(_server.Url, "collections/c"), body)).EnsureSuccessStatusCode();
        await using var index = Open();
        await index.EnsureCollectionAsync("c", new CollectionSchema([new CodeSpace("hash", Bits)]));

        await index.SearchAsync("c", new IndexQuery { Space = "hash", Vector = new BinaryCode([1, 0]), Limit = 3 });
        Assert.True((bool)Searches().Single()["params"]!["exact"]!);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Dense_spaces_are_searched_exactly_unless_that_is_given_up(bool isExact)
    {
        await using var index = await CreateAsync(options => (options.Exact, options.SearchWidth) = (isExact, 200));
        await index.SearchAsync("c", new IndexQuery { Space = "cnn", Vector = East, Limit = 3 });

        var created = _server.Exchanges.Single(exchange => exchange is { Method: "PUT", Template: "/collections/{collection_name}" }).Body!["vectors"]!["cnn"]!;
        Assert.Equal(isExact ? 0 : null, (int?)created["hnsw_config"]?["m"]);
        var parameters = Searches().Single()["params"]!;
        Assert.Equal(isExact, (bool?)parameters["exact"] ?? false);
        Assert.Equal(isExact ? null : 200, (int?)parameters["hnsw_ef"]);
    }

    [Fact]
    public async Task Points_that_were_chosen_before_are_compared_exactly_whatever_the_setting()
    {
        await using var index = await CreateAsync(options => options.Exact = false);
        await index.UpsertAsync("c", [.. Enumerable.Range(1, 20).Select(i => Point(i, ("cnn", East)))]);
        var query = new IndexQuery { Space = "cnn", Vector = East, Limit = 20 };

        // The double leaves out every fifth point of a search by the graph.
        Assert.Equal(16, (await index.SearchAsync("c", query)).Count);
        Assert.Equal(20, (await index.SearchAsync("c", query with { Among = [.. Enumerable.Range(1, 20).Select(Id)] })).Count);
    }

    [Fact]
    public async Task The_tenant_and_the_labels_have_an_index_of_their_own_also_after_a_creation_that_was_cut_off()
    {
        await using (var index = await CreateAsync())
        {
            Assert.Equal(["tenant", "labels"], Indexes());
            await index.EnsureCollectionAsync("c", Schema);
            Assert.Equal(2, Indexes().Count);
        }

        using var http = new HttpClient();
        using var body = new StringContent("""{"vectors":{},"sparse_vectors":{"sift":{}}}""", System.Text.Encoding.UTF8, "application/json");
        (await http.PutAsync(new Uri(_server.Url, "collections/begun"), body)).EnsureSuccessStatusCode();
        await using var next = Open();
        await next.EnsureCollectionAsync("begun", new CollectionSchema([new SparseSpace("sift")]));
        Assert.Equal(4, Indexes().Count);

        List<string> Indexes() =>
            [.. _server.Exchanges.Where(exchange => exchange.Template.EndsWith("/index", StringComparison.Ordinal)).Select(exchange => (string)exchange.Body!["field_name"]!)];
    }

    [Fact]
    public async Task The_neighbours_of_many_points_are_asked_for_in_few_requests()
    {
        await using var index = await CreateAsync();
        var random = new Random(2);
        await index.UpsertAsync("c", [.. Enumerable.Range(0, 50).Select(i => Point(i, ("cnn", Dense(random))))]);
        var before = _server.Exchanges.Count;

        var answer = await new SearchedNeighbours(index, k: 4, candidates: 8).FindNeighboursAsync(
            "c", new NeighbourQuery("cnn", [.. Enumerable.Range(0, 50).Select(Id)]));

        Assert.Equal(50, answer.Lists.Count);
        var batches = _server.Exchanges.Skip(before).Count(exchange => exchange.Template.EndsWith("/query/batch", StringComparison.Ordinal));
        Assert.Equal(1, batches);
    }

    [Fact]
    public async Task A_batch_is_bounded_by_points_and_by_numbers()
    {
        const int Wide = 60_000;
        await using var index = Open(options => options.BatchSize = 50);
        await index.EnsureCollectionAsync("wide", new CollectionSchema([new DenseSpace("cnn", Wide)]));
        await index.EnsureCollectionAsync("c", Schema);
        var vector = new DenseVector([.. Enumerable.Repeat(1f, Wide)]);

        await index.UpsertAsync("wide", [.. Enumerable.Range(0, 20).Select(i => Point(i, ("cnn", vector)))]);
        await index.UpsertAsync("c", [.. Enumerable.Range(0, 120).Select(i => Point(i, ("cnn", East)))]);

        Assert.Equal([16, 4, 50, 50, 20], _server.Exchanges
            .Where(exchange => exchange is { Method: "PUT", Template: "/collections/{collection_name}/points" })
            .Select(exchange => exchange.Body!["points"]!.AsArray().Count));
    }

    private IEnumerable<JsonNode> Searches() =>
        _server.Exchanges.Where(exchange => exchange.Template.EndsWith("/points/query", StringComparison.Ordinal)).Select(exchange => exchange.Body!);

    private async Task<QdrantVectorIndex> CreateAsync(Action<QdrantOptions>? change = null)
    {
        var index = Open(change);
        await index.EnsureCollectionAsync("c", Schema);
        return index;
    }

    private QdrantVectorIndex Open(Action<QdrantOptions>? change = null)
    {
        var options = new QdrantOptions { Url = _server.Url };
        change?.Invoke(options);
        return new QdrantVectorIndex(options);
    }
}
