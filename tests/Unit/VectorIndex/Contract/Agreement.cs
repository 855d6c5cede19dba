using Pipeline.VectorIndex;
using Xunit;

namespace Pipeline.Tests.Unit.VectorIndex.Contract;

/// <summary>Compares an index with brute force over the same points.</summary>
internal static class Agreement
{
    private const double Rounding = 1e-6;

    public static string[] Spaces { get; } = ["cnn", "hash", "sift"];

    /// <summary>A random search of a space finds what brute force finds.</summary>
    public static async Task CompareSearchAsync(IVectorIndex index, BruteForce model, string space, Random random, bool findsZeroScores = true, string collection = "c")
    {
        var query = new IndexQuery
        {
            Space = space,
            Vector = Points.Query(space, random),
            Limit = random.Next(3) == 0 ? 10_000 : random.Next(1, 12),
            Filter = Filter(random),
            Among = random.Next(3) == 0 ? [.. Enumerable.Range(0, 30).Select(_ => Points.Id(random.Next(40)))] : null,
        };
        var expected = model.Rank(query).Where(point => findsZeroScores || space != "sift" || point.Score != 0).ToList();
        var hits = await index.SearchAsync(collection, query);

        Assert.Equal(Math.Min(query.Limit, expected.Count), hits.Count);
        if (space != "cnn")
        {
            // Small integers are exact: the same points in the same order.
            Assert.Equal(expected.Take(query.Limit), hits.Select(hit => (hit.Id, hit.Score)));
            if (query.Vector is BinaryCode code)
            {
                await CompareRadiusAsync(index, model, query, code, random.Next(20), collection);
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

    private static async Task CompareRadiusAsync(IVectorIndex index, BruteForce model, IndexQuery query, BinaryCode code, int radius, string collection)
    {
        var hits = await index.SearchRadiusAsync(
            collection, new RadiusQuery { Space = query.Space, Code = code, Radius = radius, Filter = query.Filter });
        var all = model.Rank(query with { Among = null });
        Assert.Equal(all.Where(point => -point.Score <= radius), hits.Select(hit => (hit.Id, hit.Score)));
    }

    /// <summary>Counting, walking and reading give what was written.</summary>
    public static async Task CompareContentAsync(IVectorIndex index, BruteForce model, PayloadFilter? filter, int pageSize, bool keepsEmptyVectors = true, string collection = "c")
    {
        var expected = model.Passing(filter).ToList();
        Assert.Equal(expected.Count, await index.CountAsync(collection, filter));

        var scanned = new List<IndexPoint>();
        Guid? after = null;
        do
        {
            var page = await index.ScanAsync(collection, after, pageSize, filter);
            Assert.True(page.Points.Count == pageSize || page.Next is null);
            scanned.AddRange(page.Points);
            after = page.Next;
        }
        while (after is not null);

        Assert.Equal(expected.Select(p => p.Id), scanned.Select(p => p.Id));
        Assert.All(expected.Zip(scanned), pair =>
        {
            var (written, read) = keepsEmptyVectors ? pair : (WithoutEmptyVectors(pair.First), WithoutEmptyVectors(pair.Second));
            AssertSame(written, read);
        });
        var ids = expected.Select(p => p.Id).Reverse().Append(Points.Id(999_999)).ToList();
        Assert.Equal(ids.SkipLast(1), (await index.GetAsync(collection, ids)).Select(p => p.Id));
    }

    private static IndexPoint WithoutEmptyVectors(IndexPoint point) => point with
    {
        Vectors = point.Vectors.Where(vector => vector.Value is not SparseVector { Indices.Length: 0 }).ToDictionary(),
    };

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

    /// <summary>A random filter, or none.</summary>
    public static PayloadFilter? Filter(Random random) => random.Next(3) switch
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
