using System.Globalization;
using Pipeline.VectorIndex;

namespace Pipeline.Tests.Unit.VectorIndex;

/// <summary>Readers see whole points and whole writes while others write.</summary>
public class ConcurrentReading
{
    private const int PointCount = 1500;
    private const int Dimensions = 64;
    private static readonly string[] Labels = ["even", "odd"];

    [Fact]
    public async Task Sees_every_point_once_and_never_a_mixture_of_two_versions()
    {
        await using var directory = new IndexDirectory();
        var index = directory.Index;
        await index.EnsureCollectionAsync(
            "c", new CollectionSchema([new DenseSpace("cnn", Dimensions), new CodeSpace("hash", 64), new SparseSpace("sift")]));
        await index.UpsertAsync("c", [.. Enumerable.Range(0, PointCount).Select(i => Stamped(i, 0))]);

        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        var writers = Enumerable.Range(0, 2).Select(w => Task.Run(() => WriteAsync(index, w, stop.Token))).ToList();
        var readers = new[] { "cnn", "hash", "sift" }.Select(space => Task.Run(() => ReadAsync(index, space, stop.Token))).ToList();

        var writes = await Task.WhenAll(writers);
        var reads = await Task.WhenAll(readers);
        Assert.All(writes, n => Assert.True(n > 3, $"only {n} writes"));
        Assert.All(reads, n => Assert.True(n > 3, $"only {n} reads"));
    }

    /// <summary>All of a call's points change their stamp together.</summary>
    private static async Task<int> WriteAsync(EmbeddedVectorIndex index, int writer, CancellationToken stop)
    {
        var stamp = 0;
        for (; !stop.IsCancellationRequested; stamp++)
        {
            var points = Enumerable.Range(0, PointCount / 2).Select(i => Stamped((2 * i) + writer, stamp + 1)).ToList();
            await index.UpsertAsync("c", points, CancellationToken.None);
        }

        return stamp;
    }

    private static async Task<int> ReadAsync(EmbeddedVectorIndex index, string space, CancellationToken stop)
    {
        var reads = 0;
        for (; !stop.IsCancellationRequested; reads++)
        {
            var hits = await index.SearchAsync(
                "c", new IndexQuery { Space = space, Vector = QueryFor(space), Limit = 2 * PointCount }, CancellationToken.None);
            Assert.Equal(PointCount, hits.Count);
            Assert.Equal(PointCount, hits.DistinctBy(hit => hit.Id).Count());
            foreach (var half in hits.GroupBy(hit => hit.Id.ToByteArray(bigEndian: true)[15] % 2))
            {
                // One writer writes all points of a half in one call: a reader sees one stamp there, in payload, vector and label alike.
                var stamp = int.Parse(Assert.Single(half.Select(hit => hit.Payload.Attributes["stamp"]).Distinct()), CultureInfo.InvariantCulture);
                Assert.All(half, hit => Assert.Equal(ScoreOf(space, stamp), hit.Score, 1e-4));
                Assert.All(half, hit => Assert.Equal(Labels[stamp % 2], Assert.Single(hit.Payload.Labels)));
            }

            var counts = await index.SearchAsync("c", new IndexQuery
            {
                Space = space,
                Vector = QueryFor(space),
                Limit = 2 * PointCount,
                Filter = new PayloadFilter { AllLabels = ["even"] },
            });
            Assert.Contains(counts.Count, new[] { 0, PointCount / 2, PointCount });
        }

        return reads;
    }

    /// <summary>The stamp decides every vector and its score to the fixed queries.</summary>
    private static IndexPoint Stamped(int id, int stamp)
    {
        var angle = Angle(stamp);
        var dense = new float[Dimensions];
        dense[0] = MathF.Cos(angle);
        dense[Dimensions - 1] = MathF.Sin(angle);
        var code = BitConverter.GetBytes((1UL << (stamp % 64)) - 1);
        var payload = new IndexPayload
        {
            Tenant = "t",
            Labels = [Labels[stamp % 2]],
            Attributes = new Dictionary<string, string> { ["stamp"] = stamp.ToString(CultureInfo.InvariantCulture) },
        };
        return Points.Point(
            Points.Id(id),
            payload,
            ("cnn", new DenseVector(dense)),
            ("hash", new BinaryCode(code)),
            ("sift", new SparseVector([1, 2, (uint)(3 + stamp)], [stamp, 1, 9])));
    }

    private static VectorValue QueryFor(string space)
    {
        var first = new float[Dimensions];
        first[0] = 1;
        return space switch
        {
            "cnn" => new DenseVector(first),
            "hash" => new BinaryCode(new byte[8]),
            _ => new SparseVector([1, 2], [1, 1]),
        };
    }

    private static double ScoreOf(string space, int stamp) => space switch
    {
        "cnn" => Math.Cos(Angle(stamp)),
        "hash" => -(stamp % 64),
        _ => stamp + 1,
    };

    private static float Angle(int stamp) => stamp % 100 * 0.015f;
}
