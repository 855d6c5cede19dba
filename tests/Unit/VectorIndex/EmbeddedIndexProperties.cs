using FsCheck;
using FsCheck.Fluent;
using Pipeline.VectorIndex;
using Xunit;

namespace Pipeline.Tests.Unit.VectorIndex;

/// <summary>Whatever is written, in whatever order, searches answer as brute force does.</summary>
public class EmbeddedIndexProperties
{
    private const double Rounding = 1e-6;
    private static readonly string[] Spaces = ["cnn", "hash", "sift"];

    [Theory]
    [InlineData(12, 80)]
    [InlineData(400, 15)]
    public void Agrees_with_brute_force_through_upserts_deletes_and_reopening(int ids, int runs)
    {
        // Each number is an operation; FsCheck shrinks a failing list to the few that matter.
        var numbers = ArbMap.Default.ArbFor<uint[]>();
        Prop.ForAll(numbers, operations => RunAsync(operations, ids).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(runs));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    public async Task Agrees_with_brute_force_while_rows_are_reused_over_and_over(int tablesFrom)
    {
        await using var directory = new IndexDirectory(tablesFrom: tablesFrom);
        await directory.Index.EnsureCollectionAsync("c", Points.Schema);
        var model = new BruteForce();
        var random = new Random(7);
        for (var round = 0; round < 30; round++)
        {
            var points = Enumerable.Range(0, 300).Select(_ => Points.Random(random.Next(700), random)).ToList();
            await directory.Index.UpsertAsync("c", points);
            points.ForEach(model.Upsert);
            var gone = Enumerable.Range(0, 60).Select(_ => Points.Id(random.Next(700))).ToList();
            await directory.Index.DeleteAsync("c", gone);
            gone.ForEach(model.Delete);
            foreach (var space in Spaces)
            {
                await CompareSearchAsync(directory.Index, model, space, random);
            }
        }

        await CompareContentAsync(directory.Index, model, new PayloadFilter { AllLabels = ["red"] }, 37);
    }

    private static async Task RunAsync(uint[] operations, int ids)
    {
        await using var directory = new IndexDirectory(tablesFrom: operations.Length % 3 * 10);
        await directory.Index.EnsureCollectionAsync("c", Points.Schema);
        var model = new BruteForce();
        foreach (var operation in operations)
        {
            var random = new Random((int)(operation / 16));
            switch (operation % 16)
            {
                case < 7:
                    var points = Enumerable.Range(0, random.Next(1, ids)).Select(_ => Points.Random(random.Next(ids), random)).ToList();
                    await directory.Index.UpsertAsync("c", points);
                    points.ForEach(model.Upsert);
                    break;
                case < 10:
                    var gone = Enumerable.Range(0, random.Next(1, ids / 3)).Select(_ => Points.Id(random.Next(ids))).ToList();
                    await directory.Index.DeleteAsync("c", gone);
                    gone.ForEach(model.Delete);
                    break;
                case 10:
                    var updates = Enumerable.Range(0, random.Next(1, ids)).Select(_ => Points.Update(random.Next(ids), random)).ToList();
                    await directory.Index.SetVectorsAsync("c", updates);
                    updates.ForEach(model.SetVectors);
                    break;
                case 11:
                    await directory.ReopenAsync();
                    break;
                case 12:
                    await CompareContentAsync(directory.Index, model, Filter(random), random.Next(1, ids));
                    break;
                default:
                    await CompareSearchAsync(directory.Index, model, Spaces[operation % 3], random);
                    break;
            }
        }

        foreach (var space in Spaces)
        {
            await CompareSearchAsync(directory.Index, model, space, new Random(operations.Length));
        }

        await CompareContentAsync(directory.Index, model, null, 5);
    }

    private static async Task CompareSearchAsync(IVectorIndex index, BruteForce model, string space, Random random)
    {
        var query = new IndexQuery
        {
            Space = space,
            Vector = Points.Query(space, random),
            Limit = random.Next(3) == 0 ? 10_000 : random.Next(1, 12),
            Filter = Filter(random),
            Among = random.Next(3) == 0 ? [.. Enumerable.Range(0, 30).Select(_ => Points.Id(random.Next(40)))] : null,
        };
        var expected = model.Rank(query);
        var hits = await index.SearchAsync("c", query);

        Assert.Equal(Math.Min(query.Limit, expected.Count), hits.Count);
        if (space != "cnn")
        {
            // Small integers are exact: the same points in the same order.
            Assert.Equal(expected.Take(query.Limit), hits.Select(hit => (hit.Id, hit.Score)));
            if (query.Vector is BinaryCode code)
            {
                await CompareRadiusAsync(index, model, query, code, random.Next(20));
            }

            return;
        }

        // Float and double may order near-ties differently: then every score is right, the order consistent, and nothing better left out.
        var scores = expected.ToDictionary(e => e.Id, e => e.Score);
        Assert.All(hits, hit => Assert.Equal(scores[hit.Id], hit.Score, Rounding));
        Assert.Equal(hits.OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Id), hits);
        Assert.Equal(hits.Count, hits.DistinctBy(hit => hit.Id).Count());
        Assert.All(expected.Take(hits.Count).Zip(hits), pair => Assert.Equal(pair.First.Score, pair.Second.Score, Rounding));
    }

    private static async Task CompareRadiusAsync(IVectorIndex index, BruteForce model, IndexQuery query, BinaryCode code, int radius)
    {
        var hits = await index.SearchRadiusAsync(
            "c", new RadiusQuery { Space = query.Space, Code = code, Radius = radius, Filter = query.Filter });
        var all = model.Rank(query with { Among = null });
        Assert.Equal(all.Where(point => -point.Score <= radius), hits.Select(hit => (hit.Id, hit.Score)));
    }

    private static async Task CompareContentAsync(IVectorIndex index, BruteForce model, PayloadFilter? filter, int pageSize)
    {
        var expected = model.Passing(filter).ToList();
        Assert.Equal(expected.Count, await index.CountAsync("c", filter));

        var scanned = new List<IndexPoint>();
        Guid? after = null;
        do
        {
            var page = await index.ScanAsync("c", after, pageSize, filter);
            Assert.True(page.Points.Count == pageSize || page.Next is null);
            scanned.AddRange(page.Points);
            after = page.Next;
        }
        while (after is not null);

        Assert.Equal(expected.Select(p => p.Id), scanned.Select(p => p.Id));
        Assert.All(expected.Zip(scanned), pair => AssertSame(pair.First, pair.Second));
        var ids = expected.Select(p => p.Id).Reverse().Append(Points.Id(999_999)).ToList();
        Assert.Equal(ids.SkipLast(1), (await index.GetAsync("c", ids)).Select(p => p.Id));
    }

    private static void AssertSame(IndexPoint written, IndexPoint read)
    {
        Assert.Equal(written.Payload.Tenant, read.Payload.Tenant);
        Assert.Equal(written.Payload.Labels, read.Payload.Labels);
        Assert.Equal(written.Vectors.Keys.Order(), read.Vectors.Keys.Order());
        foreach (var (space, vector) in written.Vectors)
        {
            switch (vector, read.Vectors[space])
            {
                case (DenseVector w, DenseVector r):
                    var norm = Math.Sqrt(w.Values.Sum(v => (double)v * v));
                    Assert.All(w.Values.Zip(r.Values), pair => Assert.Equal(pair.First / norm, pair.Second, Rounding));
                    break;
                case (BinaryCode w, BinaryCode r):
                    Assert.Equal(w.Bytes, r.Bytes);
                    break;
                case (SparseVector w, SparseVector r):
                    Assert.Equal(w.Indices, r.Indices);
                    Assert.Equal(w.Values, r.Values);
                    break;
                default:
                    Assert.Fail($"{space} came back as another kind.");
                    break;
            }
        }
    }

    private static PayloadFilter? Filter(Random random) => random.Next(3) switch
    {
        0 => null,
        1 => new PayloadFilter { Tenant = random.Next(4) switch { 0 => "nobody", 1 => "b", _ => "a" } },
        _ => new PayloadFilter
        {
            Tenant = random.Next(2) == 0 ? "a" : null,
            AllLabels = [.. new[] { "red", "green", "unused" }.Where(_ => random.Next(3) == 0)],
        },
    };
}
