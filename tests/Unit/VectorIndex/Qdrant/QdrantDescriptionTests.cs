using System.Text.Json.Nodes;
using Pipeline.Storage;
using Pipeline.Tests.Support.Qdrant;
using Pipeline.VectorIndex;
using Pipeline.VectorIndex.Qdrant;
using Xunit;
using static Pipeline.Tests.Unit.VectorIndex.Points;

namespace Pipeline.Tests.Unit.VectorIndex.Qdrant;

/// <summary>Requests and answers are as the server describes itself; so is what the double answers.</summary>
public sealed class QdrantDescriptionTests
{
    private static readonly DenseVector East = new([1, 0, 0, 0, 0]);

    [DescriptionFact]
    public async Task Every_request_and_every_answer_is_as_described_with_every_setting()
    {
        await using var server = await QdrantDouble.StartAsync();
        foreach (var options in (QdrantOptions[])
        [
            new() { Url = server.Url, Prefix = "plain-", Retries = 0 },
            new()
            {
                Url = server.Url, Prefix = "rich-", Retries = 0, Exact = false, SearchWidth = 64, OnDisk = true, Quantisation = QdrantQuantisation.Scalar,
                Shards = 3, Replicas = 2, WriteConsistency = 2, Ordering = QdrantOrdering.Strong, ReadConsistency = "majority", BatchSize = 2,
            },
        ])
        {
            await using var index = new QdrantVectorIndex(options);
            await UseEverythingAsync(index, server.Faults);
        }

        var description = QdrantDescription.Find()!;
        Assert.Empty(server.Exchanges.SelectMany(description.Check).Distinct());
        string[] expected =
        [
            "DELETE /collections/{collection_name}", "DELETE /collections/{collection_name}/snapshots/{snapshot_name}", "GET /aliases", "GET /collections",
            "GET /collections/{collection_name}", "GET /collections/{collection_name}/snapshots", "POST /collections/aliases",
            "POST /collections/{collection_name}/points", "POST /collections/{collection_name}/points/batch", "POST /collections/{collection_name}/points/count",
            "POST /collections/{collection_name}/points/delete", "POST /collections/{collection_name}/points/query",
            "POST /collections/{collection_name}/points/query/batch", "POST /collections/{collection_name}/points/scroll",
            "POST /collections/{collection_name}/snapshots", "PUT /collections/{collection_name}", "PUT /collections/{collection_name}/index",
            "PUT /collections/{collection_name}/points", "PUT /collections/{collection_name}/snapshots/recover",
        ];
        Assert.Equal(expected, server.Exchanges.Select(exchange => $"{exchange.Method} {exchange.Template}").Distinct().Order(StringComparer.Ordinal));
        Assert.Contains(server.Exchanges, exchange => exchange.Status >= 500);
        Assert.Contains(server.Exchanges, exchange => exchange.Status == 404);
    }

    [DescriptionFact]
    public void A_misspelt_member_a_wrong_type_and_an_unknown_parameter_are_found_out()
    {
        var description = QdrantDescription.Find()!;
        var right = new QdrantExchange(
            "POST",
            "/collections/{collection_name}/points/count",
            "/collections/c/points/count",
            new Dictionary<string, string> { ["timeout"] = "3" },
            JsonNode.Parse("""{"exact":true,"filter":{"must":[{"key":"tenant","match":{"value":"a"}}]}}"""),
            200,
            JsonNode.Parse("""{"result":{"count":3},"status":"ok","time":0.1}"""));
        Assert.Empty(description.Check(right));

        Assert.NotEmpty(description.Check(right with { Body = JsonNode.Parse("""{"exakt":true}""") }));
        Assert.NotEmpty(description.Check(right with { Body = JsonNode.Parse("""{"exact":"yes"}""") }));
        Assert.NotEmpty(description.Check(right with { Body = JsonNode.Parse("""{"filter":{"must":[{"key":"tenant","match":{"valeu":"a"}}]}}""") }));
        Assert.NotEmpty(description.Check(right with { Query = new Dictionary<string, string> { ["wait"] = "true" } }));
        Assert.NotEmpty(description.Check(right with { Query = new Dictionary<string, string> { ["timeout"] = "soon" } }));
        Assert.NotEmpty(description.Check(right with { Answer = JsonNode.Parse("""{"status":"ok","time":0.1}""") }));
        Assert.NotEmpty(description.Check(right with { Answer = JsonNode.Parse("""{"result":{"count":-1},"status":"ok","time":0.1}""") }));
        Assert.NotEmpty(description.Check(right with { Template = "/collections/{collection_name}/points/tally" }));
    }

    private static async Task UseEverythingAsync(QdrantVectorIndex index, QdrantFaults faults)
    {
        var random = new Random(11);
        var filter = new PayloadFilter { Tenant = "a", AllLabels = ["red"] };
        await index.EnsureCollectionAsync("c", Schema);
        await index.EnsureCollectionAsync("codes", new CollectionSchema([new CodeSpace("hash", Bits)]));
        await index.EnsureCollectionAsync("words", new CollectionSchema([new SparseSpace("sift")]));
        await index.SetAliasAsync("serving", "c");
        await index.GetAliasesAsync();
        await index.UpsertAsync("serving", [.. Enumerable.Range(0, 20).Select(i => Points.Random(i, random))]);
        await index.SetVectorsAsync("c", [.. Enumerable.Range(0, 20).Select(i => Update(i, random))]);
        foreach (var space in (string[])["cnn", "hash", "sift"])
        {
            var query = new IndexQuery { Space = space, Vector = Query(space, random), Limit = 3, Filter = filter };
            await index.SearchAsync("c", query);
            await index.SearchManyAsync("c", [query, query with { Among = [Id(1), Id(2)], Filter = null }]);
        }

        await index.SearchRadiusAsync("c", new RadiusQuery { Space = "hash", Code = (BinaryCode)Query("hash", random), Radius = 6 });
        await index.ScanAsync("c", Id(3), 3, filter);
        await index.GetAsync("c", [Id(1), Id(4), Id(404)]);
        await index.CountAsync("c", filter);
        await index.DeleteAsync("c", [Id(1), Id(404)]);
        var snapshot = await index.CreateSnapshotAsync("c");
        await index.RecoverAsync("c", new Uri($"http://127.0.0.1:1/collections/c/snapshots/{snapshot.Name}"));
        await index.ListSnapshotsAsync("c");
        await index.DeleteSnapshotAsync("c", snapshot.Name);
        faults.IsFull = true;
        await Assert.ThrowsAsync<StorageUnavailableException>(() => index.UpsertAsync("c", [Point(1, ("cnn", East))]));
        faults.IsFull = false;
        await Assert.ThrowsAsync<CollectionNotFoundException>(() => index.CountAsync("none"));
        await index.RemoveAliasAsync("serving");
        await index.DropCollectionAsync("words");
    }
}
