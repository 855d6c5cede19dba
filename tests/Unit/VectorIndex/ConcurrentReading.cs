using System.Globalization;
using Pipeline.VectorIndex;
using Xunit;

namespace Pipeline.Tests.Unit.VectorIndex;

/// <summary>Readers see whole points and whole writes while others write.</summary>
public class ConcurrentReading
{
    private const int PointCount = 1500;
    private const int WritesPerWriter = 25;
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

        // Writing begins when all have read once: the pool's threads may be few, and busy with other tests.
        string[] spaces = ["cnn", "hash", "sift"];
        var begun = spaces.Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
        var writers = WriteAllAsync(index, Task.WhenAll(begun.Select(read => read.Task)));
        var readers = spaces.Select((space, i) => Task.Run(async () =>
        {
            try
            {
                return await ReadAsync(index, space, writers, begun[i]);
            }
            finally
            {
                begun[i].TrySetResult();
            }
        })).ToList();
        await writers;
        var changes = await Task.WhenAll(readers);

        // The test is worth something only if reading and writing did overlap.
        Assert.True(changes.Sum() > 0, "no reader saw a write happen");
    }

    private static async Task WriteAllAsync(EmbeddedVectorIndex index, Task begun)
    {
        await begun;
        await Task.WhenAll(Enumerable.Range(0, 2).Select(w => Task.Run(() => WriteAsync(index, w))));
    }

    /// <summary>All of a call's points change their stamp together.</summary>
    private static async Task WriteAsync(EmbeddedVectorIndex index, int writer)
    {
        for (var stamp = 1; stamp <= WritesPerWriter; stamp++)
        {
            await Task.Yield(); // the readers need threads too
            await index.UpsertAsync("c", [.. Enumerable.Range(0, PointCount / 2).Select(i => Stamped((2 * i) + writer, stamp))]);
        }
    }

    /// <summary>Reads until the writers are done, and counts how often it saw a half change from one read to the next.</summary>
    private static async Task<int> ReadAsync(EmbeddedVectorIndex index, string space, Task writers, TaskCompletionSource begun)
    {
        var changes = 0;
        var seen = new int[2];
        while (!writers.IsCompleted)
        {
            await Task.Yield(); // searches of this size complete synchronously; the writers need threads too
            var hits = await index.SearchAsync(
                "c", new IndexQuery { Space = space, Vector = QueryFor(space), Limit = 2 * PointCount });
            Assert.Equal(PointCount, hits.Count);
            Assert.Equal(PointCount, hits.DistinctBy(hit => hit.Id).Count());
            foreach (var half in hits.GroupBy(hit => hit.Id.ToByteArray(bigEndian: true)[15] % 2))
            {
                Assert.Equal(PointCount / 2, half.Count());

                // One writer writes all points of a half in one call: a reader sees one stamp there, in payload, vector and label alike.
                var stamp = int.Parse(Assert.Single(half.Select(hit => hit.Payload.Attributes["stamp"]).Distinct()), CultureInfo.InvariantCulture);
                changes += stamp != seen[half.Key] ? 1 : 0;
                Assert.True(stamp >= seen[half.Key], "an older state came after a newer one");
                seen[half.Key] = stamp;
                Assert.All(half, hit => Assert.Equal(ScoreOf(space, stamp), hit.Score, 1e-4));
                Assert.All(half, hit => Assert.Equal(Labels[stamp % 2], Assert.Single(hit.Payload.Labels)));
            }

            var even = await index.CountAsync("c", new PayloadFilter { AllLabels = ["even"] });
            Assert.Contains(even, new long[] { 0, PointCount / 2, PointCount });
            begun.TrySetResult();
        }

        return changes;
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
