using Pipeline.VectorIndex;

namespace Pipeline.Tests.Unit.VectorIndex;

/// <summary>Small points for tests.</summary>
internal static class Points
{
    public const int Dimensions = 5;
    public const int Bits = 13;

    public static CollectionSchema Schema { get; } =
        new([new DenseSpace("cnn", Dimensions), new CodeSpace("hash", Bits), new SparseSpace("sift")]);

    /// <summary>An id by number, ascending with it.</summary>
    public static Guid Id(int number) => new($"00000000-0000-0000-0000-{number:x12}");

    public static IndexPayload Payload(string tenant = "default", params string[] labels) => new() { Tenant = tenant, Labels = labels };

    public static IndexPoint Point(int id, params (string Space, VectorValue Vector)[] vectors) => Point(Id(id), Payload(), vectors);

    public static IndexPoint Point(Guid id, IndexPayload payload, params (string Space, VectorValue Vector)[] vectors) =>
        new() { Id = id, Payload = payload, Vectors = vectors.ToDictionary(v => v.Space, v => v.Vector) };

    /// <summary>Vectors of few small integers, so that equal scores and equal vectors are common.</summary>
    public static DenseVector Dense(Random random)
    {
        var values = Enumerable.Range(0, Dimensions).Select(_ => (float)random.Next(-1, 2)).ToArray();
        values[random.Next(Dimensions)] += 2; // never all zeros
        return new DenseVector(values);
    }

    public static BinaryCode Code(Random random)
    {
        var bits = random.Next(1 << Bits) & random.Next(1 << Bits);
        return new BinaryCode([(byte)bits, (byte)(bits >> 8)]);
    }

    public static SparseVector Sparse(Random random)
    {
        var indices = Enumerable.Range(0, 12).Where(_ => random.Next(4) == 0).Select(i => (uint)i * 1_000_003).ToArray();
        return new SparseVector(indices, [.. indices.Select(_ => (float)random.Next(-2, 4))]);
    }

    /// <summary>A point with some of the three vectors, one of two tenants and some of three labels.</summary>
    public static IndexPoint Random(int id, Random random)
    {
        var vectors = new List<(string, VectorValue)>();
        if (random.Next(8) != 0)
        {
            vectors.Add(("cnn", Dense(random)));
        }

        if (random.Next(8) != 0)
        {
            vectors.Add(("hash", Code(random)));
        }

        if (random.Next(8) != 0)
        {
            vectors.Add(("sift", Sparse(random)));
        }

        string[] labels = [.. new[] { "red", "green", "blue" }.Where(_ => random.Next(2) == 0)];
        return Point(Id(id), Payload(random.Next(2) == 0 ? "a" : "b", labels), [.. vectors]);
    }

    /// <summary>Other vectors for some spaces, or none.</summary>
    public static VectorUpdate Update(int id, Random random)
    {
        string[] spaces = [.. new[] { "cnn", "hash", "sift" }.Where(_ => random.Next(2) == 0)];
        return new VectorUpdate { Id = Id(id), Vectors = spaces.ToDictionary(s => s, s => random.Next(4) == 0 ? null : Query(s, random)) };
    }

    public static VectorValue Query(string space, Random random) => space switch
    {
        "cnn" => Dense(random),
        "hash" => Code(random),
        _ => Sparse(random),
    };
}
