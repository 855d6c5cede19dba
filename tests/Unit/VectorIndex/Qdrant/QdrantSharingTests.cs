using Pipeline.VectorIndex;
using Xunit;
using static Pipeline.Tests.Unit.VectorIndex.Points;

namespace Pipeline.Tests.Unit.VectorIndex.Qdrant;

/// <summary>What others do on the same server, and what was saved of a collection.</summary>
public sealed class QdrantSharingTests : QdrantScene
{
    [Fact]
    public async Task A_collection_deleted_behind_our_back_is_missed_by_name_and_can_be_made_again()
    {
        await using (var someone = Open())
        {
            await someone.DropCollectionAsync("c");
        }

        await Assert.ThrowsAsync<CollectionNotFoundException>(() => Index.SearchAsync("c", Query));
        await Assert.ThrowsAsync<CollectionNotFoundException>(() => Index.UpsertAsync("c", [Point(1, ("cnn", East))]));
        await Assert.ThrowsAsync<CollectionNotFoundException>(() => Index.SetVectorsAsync("c", [Update(1, new Random(3))]));
        await Index.EnsureCollectionAsync("c", Schema);
        Assert.Equal(0, await Index.CountAsync("c"));
    }

    [Fact]
    public async Task An_alias_switched_by_someone_else_is_followed_even_to_vectors_of_another_length()
    {
        await Index.SetAliasAsync("serving", "c");
        Assert.Single(await Index.SearchAsync("serving", Query));
        await using (var someone = Open())
        {
            await someone.EnsureCollectionAsync("d", new CollectionSchema([new DenseSpace("cnn", 2), new CodeSpace("hash", 3)]));
            await someone.UpsertAsync("d", [Point(8, ("cnn", new DenseVector([0, 1])), ("hash", new BinaryCode([5])))]);
            await someone.SetAliasAsync("serving", "d");
        }

        await Assert.ThrowsAsync<ArgumentException>(() => Index.SearchAsync("serving", Query));
        var hit = Assert.Single(await Index.SearchAsync("serving", Query with { Vector = new DenseVector([0, 2]) }));
        Assert.Equal(Id(8), hit.Id);
        Assert.Equal([5], ((BinaryCode)Assert.Single(await Index.GetAsync("serving", [Id(8)])).Vectors["hash"]).Bytes);
    }

    [Theory]
    [InlineData("""{"vectors":{"cnn":{"size":5,"distance":"Euclid"}}}""")]
    [InlineData("""{"vectors":{}}""")]
    public async Task A_collection_that_others_made_is_refused_by_name(string made)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add("api-key", Key);
        using var body = new StringContent(made, System.Text.Encoding.UTF8, "application/json");
        (await http.PutAsync(new Uri(Server.Url, "collections/theirs"), body)).EnsureSuccessStatusCode();

        var error = await Assert.ThrowsAsync<InvalidDataException>(() => Index.EnsureCollectionAsync("theirs", Schema));
        Assert.Contains("'theirs'", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidDataException>(() => Index.GetAsync("theirs", [Id(1)]));
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
        Assert.Equal(1, await Index.CountAsync("together"));
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
        var snapshot = await Index.CreateSnapshotAsync("c");
        await Index.DeleteAsync("c", [Id(1)]);
        await Index.DropCollectionAsync("c");

        await Index.RecoverAsync("c", new Uri($"file:///qdrant/snapshots/c/{snapshot.Name}"));
        Assert.Single(await Index.SearchAsync("c", Query));
        Assert.Equal(snapshot, Assert.Single(await Index.ListSnapshotsAsync("c")));
        Assert.True(await Index.DeleteSnapshotAsync("c", snapshot.Name));
        Assert.False(await Index.DeleteSnapshotAsync("c", snapshot.Name));
        await Assert.ThrowsAsync<ArgumentException>(() => Index.RecoverAsync("c", new Uri("file:///qdrant/snapshots/c/gone.snapshot")));
        await Assert.ThrowsAsync<CollectionNotFoundException>(() => Index.CreateSnapshotAsync("none"));
    }
}
