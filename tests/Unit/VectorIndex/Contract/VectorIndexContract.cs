using Pipeline.VectorIndex;
using Xunit;
using static Pipeline.Tests.Unit.VectorIndex.Points;

namespace Pipeline.Tests.Unit.VectorIndex.Contract;

/// <summary>What every index does, wherever its points are; each index derives from it.</summary>
public abstract partial class VectorIndexContract
{
    private static readonly DenseVector East = new([1, 0, 0, 0, 0]);
    private static readonly DenseVector North = new([0, 1, 0, 0, 0]);

    /// <summary>An index without collections.</summary>
    protected abstract Task<IOpenedIndex> OpenAsync();

    [Fact]
    public async Task Orders_equal_scores_by_id()
    {
        await using var opened = await CreateAsync();
        int[] shuffled = [7, 2, 9, 4, 1, 8];
        await opened.Index.UpsertAsync("c", [.. shuffled.Select(i => Point(i, ("cnn", East), ("hash", new BinaryCode([3, 0]))))]);

        var dense = await opened.Index.SearchAsync("c", new IndexQuery { Space = "cnn", Vector = East, Limit = 4 });
        var codes = await opened.Index.SearchAsync("c", new IndexQuery { Space = "hash", Vector = new BinaryCode([0, 0]), Limit = 4 });

        Assert.Equal([Id(1), Id(2), Id(4), Id(7)], dense.Select(hit => hit.Id));
        Assert.Equal([Id(1), Id(2), Id(4), Id(7)], codes.Select(hit => hit.Id));
        Assert.All(dense, hit => Assert.Equal(1, hit.Score, 1e-6));
        Assert.All(codes, hit => Assert.Equal(-2, hit.Score));
    }

    [Fact]
    public async Task Replaces_a_point_wholly()
    {
        await using var opened = await CreateAsync();
        await opened.Index.UpsertAsync("c", [Point(Id(1), Payload("a", "old"), ("cnn", East), ("hash", new BinaryCode([1, 0])))]);
        await opened.Index.UpsertAsync("c", [Point(Id(1), Payload("b", "new"), ("cnn", North))]);
        await AssertReplacedAsync(opened.Index);
        await opened.ReopenAsync();
        await AssertReplacedAsync(opened.Index);

        static async Task AssertReplacedAsync(IVectorIndex index)
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
        await using var opened = await CreateAsync();
        var payload = new IndexPayload
        {
            Tenant = "t",
            Labels = ["ä", "日本"],
            ExternalIds = ["x/1", "x/2"],
            Attributes = new Dictionary<string, string> { ["model"] = "m-1" },
        };
        await opened.Index.UpsertAsync("c", [Point(Id(5), payload, ("cnn", new DenseVector([3, 4, 0, 0, 0])))]);
        await opened.ReopenAsync();

        var point = Assert.Single(await opened.Index.GetAsync("c", [Id(5)]));

        Assert.Equal(payload.Labels, point.Payload.Labels);
        Assert.Equal(payload.ExternalIds, point.Payload.ExternalIds);
        Assert.Equal(payload.Attributes, point.Payload.Attributes);
        Assert.Equal([0.6f, 0.8f, 0, 0, 0], Assert.IsType<DenseVector>(point.Vectors["cnn"]).Values);

        await opened.Index.UpsertAsync("c", [point]);
        var again = Assert.Single(await opened.Index.GetAsync("c", [Id(5)]));
        Assert.Equal(((DenseVector)point.Vectors["cnn"]).Values, ((DenseVector)again.Vectors["cnn"]).Values);
    }

    [Fact]
    public async Task Does_not_notice_when_the_caller_changes_its_arrays_later()
    {
        await using var opened = await CreateAsync();
        var code = new byte[] { 0xF, 0 };
        await opened.Index.UpsertAsync("c", [Point(1, ("hash", new BinaryCode(code)))]);
        code[0] = 0;

        var hit = Assert.Single(await opened.Index.SearchAsync(
            "c", new IndexQuery { Space = "hash", Vector = new BinaryCode([0xF, 0]), Limit = 1 }));
        Assert.Equal(0, hit.Score);
    }

    [Fact]
    public async Task Creates_a_collection_once_and_refuses_another_schema()
    {
        await using var opened = await CreateAsync();
        await opened.Index.EnsureCollectionAsync("c", new CollectionSchema([.. Schema.Spaces.Reverse()]));
        var other = new CollectionSchema([new DenseSpace("cnn", Dimensions + 1)]);
        await Assert.ThrowsAsync<SchemaMismatchException>(() => opened.Index.EnsureCollectionAsync("c", other));
        await opened.ReopenAsync();
        await Assert.ThrowsAsync<SchemaMismatchException>(() => opened.Index.EnsureCollectionAsync("c", other));
        Assert.Equal(["c"], await opened.Index.ListCollectionsAsync());
    }

    [Fact]
    public async Task A_dropped_collection_stays_dropped_and_its_name_can_be_used_again()
    {
        await using var opened = await CreateAsync();
        await opened.Index.UpsertAsync("c", [Point(1, ("cnn", East))]);

        Assert.True(await opened.Index.DropCollectionAsync("c"));
        Assert.False(await opened.Index.DropCollectionAsync("c"));
        await Assert.ThrowsAsync<CollectionNotFoundException>(() => opened.Index.UpsertAsync("c", [Point(1, ("cnn", East))]));
        await opened.ReopenAsync();
        Assert.Empty(await opened.Index.ListCollectionsAsync());

        await opened.Index.EnsureCollectionAsync("c", new CollectionSchema([new SparseSpace("sift")]));
        Assert.Equal(0, await opened.Index.CountAsync("c"));
    }

    [Fact]
    public async Task Keeps_collections_apart()
    {
        await using var opened = await CreateAsync();
        await opened.Index.EnsureCollectionAsync("d", Schema);
        await opened.Index.UpsertAsync("c", [Point(1, ("cnn", East))]);
        await opened.Index.UpsertAsync("d", [Point(1, ("cnn", North)), Point(2)]);
        await opened.ReopenAsync();
        await opened.Index.DeleteAsync("d", [Id(1)]);

        Assert.Equal(1, await opened.Index.CountAsync("c"));
        Assert.Equal(1, await opened.Index.CountAsync("d"));
        Assert.Equal(1, Assert.Single(await opened.Index.SearchAsync("c", new IndexQuery { Space = "cnn", Vector = East, Limit = 9 })).Score, 1e-6);
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
        await using var opened = await CreateAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => opened.Index.UpsertAsync("c", [Point(1, ("cnn", East)), Point(2, (space, vector))]));
        await Assert.ThrowsAsync<ArgumentException>(
            () => opened.Index.SearchAsync("c", new IndexQuery { Space = space, Vector = vector, Limit = 1 }));
        Assert.Equal(0, await opened.Index.CountAsync("c"));
    }

    [Fact]
    public async Task Takes_no_calls_after_it_is_closed()
    {
        await using var opened = await CreateAsync();
        var closed = opened.Index;
        await opened.ReopenAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => closed.UpsertAsync("c", [Point(1, ("cnn", East))]));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await closed.CountAsync("c"));
    }

    private async Task<IOpenedIndex> CreateAsync()
    {
        var opened = await OpenAsync();
        await opened.Index.EnsureCollectionAsync("c", Schema);
        return opened;
    }
}
