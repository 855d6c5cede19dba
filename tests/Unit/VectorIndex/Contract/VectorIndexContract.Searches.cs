using Pipeline.VectorIndex;
using Xunit;
using static Pipeline.Tests.Unit.VectorIndex.Points;

namespace Pipeline.Tests.Unit.VectorIndex.Contract;

public abstract partial class VectorIndexContract
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Agrees_with_brute_force_whatever_is_written_updated_and_deleted(int seed)
    {
        await using var opened = await CreateAsync();
        var model = new BruteForce();
        var random = new Random(seed);
        for (var round = 0; round < 8; round++)
        {
            var points = Enumerable.Range(0, 60).Select(_ => Points.Random(random.Next(150), random)).ToList();
            await opened.Index.UpsertAsync("c", points);
            points.ForEach(model.Upsert);
            var updates = Enumerable.Range(0, 25).Select(_ => Update(random.Next(200), random)).ToList();
            await opened.Index.SetVectorsAsync("c", updates);
            updates.ForEach(model.SetVectors);
            var gone = Enumerable.Range(0, 15).Select(_ => Id(random.Next(150))).ToList();
            await opened.Index.DeleteAsync("c", gone);
            gone.ForEach(model.Delete);
            if (round == 4)
            {
                await opened.ReopenAsync();
            }

            foreach (var space in Agreement.Spaces)
            {
                await Agreement.CompareSearchAsync(opened.Index, model, space, random, opened.FindsZeroScores);
            }
        }

        await Agreement.CompareContentAsync(opened.Index, model, null, 23, opened.KeepsEmptyVectors);
        await Agreement.CompareContentAsync(opened.Index, model, new PayloadFilter { Tenant = "a", AllLabels = ["red"] }, 5, opened.KeepsEmptyVectors);
    }

    [Fact]
    public async Task Returns_the_smallest_ids_of_those_that_score_alike_at_the_limit_however_many_they_are()
    {
        // More than any search asks for at first.
        const int Alike = 1500;
        await using var opened = await CreateAsync();
        await opened.Index.UpsertAsync("c", [
            .. Enumerable.Range(10, Alike).Reverse().Select(i => Point(i, ("cnn", North), ("hash", new BinaryCode([3, 0])), ("sift", new SparseVector([7], [2])))),
            Point(9999, ("cnn", East), ("hash", new BinaryCode([0, 0])), ("sift", new SparseVector([7], [3])))]);

        IndexQuery[] queries =
        [
            new() { Space = "cnn", Vector = new DenseVector([2, 1, 0, 0, 0]), Limit = 4 },
            new() { Space = "hash", Vector = new BinaryCode([0, 0]), Limit = 4 },
            new() { Space = "sift", Vector = new SparseVector([7], [1]), Limit = 4 },
        ];
        var many = await opened.Index.SearchManyAsync("c", [.. queries, queries[0] with { Limit = Alike + 1 }]);

        for (var i = 0; i < queries.Length; i++)
        {
            var hits = await opened.Index.SearchAsync("c", queries[i]);
            Assert.Equal([Id(9999), Id(10), Id(11), Id(12)], hits.Select(hit => hit.Id));
            Assert.All(hits, hit => Assert.Equal("default", hit.Payload.Tenant));
            Assert.Equal(hits.Select(hit => (hit.Id, hit.Score)), many[i].Select(hit => (hit.Id, hit.Score)));
        }

        Assert.Equal(Enumerable.Range(10, Alike).Prepend(9999).Select(Id), many[^1].Select(hit => hit.Id));
        var within = await opened.Index.SearchRadiusAsync("c", new RadiusQuery { Space = "hash", Code = new BinaryCode([0, 0]), Radius = 2 });
        Assert.Equal(Enumerable.Range(10, Alike).Prepend(9999).Select(Id), within.Select(hit => hit.Id));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(13)]
    [InlineData(64)]
    [InlineData(129)]
    [InlineData(1000)]
    public async Task Counts_the_bits_that_differ_of_codes_of_any_length(int bits)
    {
        await using var opened = await OpenAsync();
        var space = new CodeSpace("hash", bits);
        await opened.Index.EnsureCollectionAsync("c", new CollectionSchema([space]));
        var random = new Random(bits);
        var codes = Enumerable.Range(0, 20).Select(_ => Code()).ToList();
        await opened.Index.UpsertAsync("c", [.. codes.Select((code, i) => Point(i, ("hash", code)))]);
        var query = Code();

        var hits = await opened.Index.SearchAsync("c", new IndexQuery { Space = "hash", Vector = query, Limit = 20 });

        var expected = codes.Select((code, i) => (Id: Id(i), Distance: Distance(code, query))).OrderBy(p => p.Distance).ThenBy(p => p.Id).ToList();
        Assert.Equal(expected.Select(p => (p.Id, (double)-p.Distance)), hits.Select(hit => (hit.Id, hit.Score)));
        Assert.Equal(codes[3].Bytes, ((BinaryCode)Assert.Single(await opened.Index.GetAsync("c", [Id(3)])).Vectors["hash"]).Bytes);
        var radius = expected[10].Distance;
        Assert.Equal(
            expected.Count(p => p.Distance <= radius),
            (await opened.Index.SearchRadiusAsync("c", new RadiusQuery { Space = "hash", Code = query, Radius = radius })).Count);

        BinaryCode Code()
        {
            var bytes = new byte[space.ByteLength];
            random.NextBytes(bytes);
            bytes[^1] &= (byte)(0xFF >> ((8 - (bits % 8)) % 8));
            return new BinaryCode(bytes);
        }

        static int Distance(BinaryCode a, BinaryCode b) => a.Bytes.Zip(b.Bytes, (x, y) => System.Numerics.BitOperations.PopCount((uint)(x ^ y))).Sum();
    }

    [Fact]
    public async Task Changes_some_vectors_of_points_that_are_there_and_passes_over_the_others()
    {
        await using var opened = await CreateAsync();
        await opened.Index.UpsertAsync("c", [
            Point(Id(1), Payload("a", "kept"), ("cnn", East), ("hash", new BinaryCode([1, 0]))), Point(2, ("cnn", East), ("sift", new SparseVector([1], [1])))]);

        await opened.Index.SetVectorsAsync("c", [
            Set(1, "cnn", East), Set(1, "cnn", North), Set(1, "hash", null), Set(404, "cnn", North), Set(2, "sift", null), Set(2, "hash", new BinaryCode([2, 0])),
            new VectorUpdate { Id = Id(2), Vectors = new Dictionary<string, VectorValue?>() }]);

        var points = await opened.Index.GetAsync("c", [Id(1), Id(404), Id(2)]);
        Assert.Equal([Id(1), Id(2)], points.Select(point => point.Id));
        Assert.Equal(North.Values, ((DenseVector)Assert.Single(points[0].Vectors).Value).Values);
        Assert.Equal(["kept"], points[0].Payload.Labels);
        Assert.Equal(["cnn", "hash"], points[1].Vectors.Keys.Order());
        Assert.Equal(2, await opened.Index.CountAsync("c"));
        await Assert.ThrowsAsync<ArgumentException>(() => opened.Index.SetVectorsAsync("c", [Set(1, "hash", new BinaryCode([4, 0])), Set(2, "cnn", new DenseVector([1]))]));
        Assert.Equal(["cnn"], Assert.Single(await opened.Index.GetAsync("c", [Id(1)])).Vectors.Keys);

        static VectorUpdate Set(int id, string space, VectorValue? vector) =>
            new() { Id = Id(id), Vectors = new Dictionary<string, VectorValue?> { [space] = vector } };
    }

    [Fact]
    public async Task Says_so_of_a_collection_that_is_not_there_whatever_is_asked_of_it()
    {
        await using var opened = await CreateAsync();
        var query = new IndexQuery { Space = "cnn", Vector = East, Limit = 1 };
        Func<Task>[] calls =
        [
            () => opened.Index.UpsertAsync("none", [Point(1, ("cnn", East))]),
            () => opened.Index.SetVectorsAsync("none", [new VectorUpdate { Id = Id(1), Vectors = new Dictionary<string, VectorValue?> { ["cnn"] = East } }]),
            () => opened.Index.DeleteAsync("none", [Id(1)]),
            () => opened.Index.GetAsync("none", [Id(1)]),
            () => opened.Index.SearchAsync("none", query),
            () => opened.Index.SearchManyAsync("none", [query]),
            () => opened.Index.ScanAsync("none", null, 1),
            () => opened.Index.CountAsync("none"),
        ];

        foreach (var call in calls)
        {
            Assert.Equal("none", (await Assert.ThrowsAsync<CollectionNotFoundException>(call)).Collection);
        }

        Assert.Equal(["c"], await opened.Index.ListCollectionsAsync());
    }

    [Fact]
    public async Task Takes_empty_lists_and_walks_past_the_last_id()
    {
        await using var opened = await CreateAsync();
        var last = new Guid("ffffffff-ffff-ffff-ffff-ffffffffffff");
        await opened.Index.UpsertAsync("c", []);
        await opened.Index.DeleteAsync("c", []);
        await opened.Index.SetVectorsAsync("c", []);
        await opened.Index.UpsertAsync("c", [Point(1), Point(last, Payload())]);

        Assert.Empty(await opened.Index.GetAsync("c", []));
        Assert.Empty(await opened.Index.SearchManyAsync("c", []));
        Assert.Empty(await opened.Index.SearchAsync("c", new IndexQuery { Space = "cnn", Vector = East, Limit = 3, Among = [] }));
        Assert.Equal([Id(1), last], (await opened.Index.ScanAsync("c", null, 2)).Points.Select(point => point.Id));
        Assert.Null((await opened.Index.ScanAsync("c", Id(1), 1)).Next);
        Assert.Empty((await opened.Index.ScanAsync("c", last, 1)).Points);
    }
}
