using System.Numerics;
using Pipeline.VectorIndex;

namespace Pipeline.Tests.Benchmarks;

/// <summary>
/// Made-up embeddings in clusters, as views of the same things give, with codes by random hyperplanes; and the plainest
/// search over them, as a baseline.
/// </summary>
internal sealed class Gallery
{
    public const int Dimensions = 576;
    public const int Bits = 64;
    private const int ClusterSize = 20;
    private const float Spread = 0.7f;

    private readonly float[][] _planes;
    private readonly float[][] _vectors;
    private readonly ulong[] _codes;

    public Gallery(int entries, int queries)
    {
        var random = new Random(entries);
        _planes = [.. Enumerable.Range(0, Bits).Select(_ => Gaussian(random, 1))];
        float[][] centres = [.. Enumerable.Range(0, (entries / ClusterSize) + 1).Select(_ => Gaussian(random, 1))];
        _vectors = [.. Enumerable.Range(0, entries).Select(i => Near(centres[i / ClusterSize], random))];
        Queries = [.. Enumerable.Range(0, queries).Select(_ => Near(centres[random.Next(entries) / ClusterSize], random))];
        _codes = [.. _vectors.AsParallel().AsOrdered().Select(Encode)];
        QueryCodes = [.. Queries.Select(Encode)];
    }

    public float[][] Queries { get; }

    /// <summary>Codes of the queries; encoding is no part of the search that is measured.</summary>
    public ulong[] QueryCodes { get; }

    public static Guid Id(int n) => new($"00000000-0000-0000-0000-{n:x12}");

    public IndexPoint Point(int n) => new()
    {
        Id = Id(n),
        Payload = new IndexPayload { Tenant = "default" },
        Vectors = new Dictionary<string, VectorValue>
        {
            ["cnn"] = new DenseVector(_vectors[n]),
            ["hash"] = new BinaryCode(BitConverter.GetBytes(_codes[n])),
        },
    };

    /// <summary>The nearest by cosine, one scalar dot product after another.</summary>
    public Guid[] NearestByLoop(float[] query, int limit)
    {
        var nearest = new PriorityQueue<int, float>();
        for (var i = 0; i < _vectors.Length; i++)
        {
            Keep(nearest, i, Dot(_vectors[i], query), limit);
        }

        return Drain(nearest);
    }

    /// <summary>The nearest codes, then the nearest of those by cosine.</summary>
    public Guid[] NearestByCodeLoop(ulong code, float[] query, int candidates, int limit)
    {
        var shortlist = new PriorityQueue<int, float>();
        for (var i = 0; i < _codes.Length; i++)
        {
            Keep(shortlist, i, -BitOperations.PopCount(_codes[i] ^ code), candidates);
        }

        var nearest = new PriorityQueue<int, float>();
        while (shortlist.TryDequeue(out var i, out _))
        {
            Keep(nearest, i, Dot(_vectors[i], query), limit);
        }

        return Drain(nearest);
    }

    private ulong Encode(float[] vector)
    {
        ulong code = 0;
        for (var bit = 0; bit < Bits; bit++)
        {
            code |= Dot(_planes[bit], vector) > 0 ? 1UL << bit : 0;
        }

        return code;
    }

    private static void Keep(PriorityQueue<int, float> best, int item, float score, int limit)
    {
        if (best.Count < limit)
        {
            best.Enqueue(item, score);
        }
        else
        {
            best.EnqueueDequeue(item, score);
        }
    }

    private static Guid[] Drain(PriorityQueue<int, float> best)
    {
        var ids = new Guid[best.Count];
        for (var i = ids.Length - 1; i >= 0; i--)
        {
            ids[i] = Id(best.Dequeue());
        }

        return ids;
    }

    private static float Dot(float[] x, float[] y)
    {
        float sum = 0;
        for (var i = 0; i < x.Length; i++)
        {
            sum += x[i] * y[i];
        }

        return sum;
    }

    private static float[] Near(float[] centre, Random random)
    {
        var vector = Gaussian(random, Spread);
        for (var i = 0; i < vector.Length; i++)
        {
            vector[i] += centre[i];
        }

        var norm = MathF.Sqrt(Dot(vector, vector));
        return [.. vector.Select(v => v / norm)];
    }

    private static float[] Gaussian(Random random, float deviation)
    {
        var values = new float[Dimensions];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = deviation * MathF.Sqrt(-2 * MathF.Log(1 - random.NextSingle())) * MathF.Cos(2 * MathF.PI * random.NextSingle());
        }

        return values;
    }
}
