using Pipeline.VectorIndex.Embedded;
using Pipeline.VectorIndex.Qdrant.Wire;

namespace Pipeline.VectorIndex.Qdrant;

/// <summary>Translates points, payloads and filters.</summary>
internal static class QdrantPoints
{
    /// <exception cref="ArgumentException">The point does not suit the spaces.</exception>
    public static Point ToWire(QdrantSpaces spaces, IndexPoint point)
    {
        var prepared = PreparedPoint.Create(spaces.Schema, point);
        var vectors = new Dictionary<string, WireVector>(StringComparer.Ordinal);
        for (var i = 0; i < prepared.Vectors.Length; i++)
        {
            if (prepared.Vectors[i] is { } vector)
            {
                vectors.Add(spaces.Schema.Spaces[i].Name, new WireVector(vector, Bits(spaces.Schema.Spaces[i])));
            }
        }

        return new Point { Id = point.Id, Vector = vectors, Payload = ToWire(prepared.Payload) };
    }

    /// <exception cref="ArgumentException">The vector does not suit the space.</exception>
    public static WireVector ToWire(VectorSpace space, VectorValue vector) => new(VectorPreparation.Prepare(space, vector), Bits(space));

    /// <summary>The conditions, or null if there are none.</summary>
    public static Filter? ToWire(PayloadFilter? filter, IReadOnlyCollection<Guid>? among = null)
    {
        var must = new List<Condition>();
        if (filter?.Tenant is { } tenant)
        {
            must.Add(new Condition { Key = Payload.TenantField, Match = new MatchValue(tenant) });
        }

        must.AddRange((filter?.AllLabels ?? []).Select(label => new Condition { Key = Payload.LabelsField, Match = new MatchValue(label) }));
        if (among is not null)
        {
            must.Add(new Condition { HasId = [.. among.Distinct()] });
        }

        return must.Count == 0 ? null : new Filter { Must = must };
    }

    public static IndexPoint FromWire(QdrantSpaces spaces, Point point)
    {
        var vectors = new Dictionary<string, VectorValue>(StringComparer.Ordinal);
        foreach (var (name, vector) in point.Vector ?? new Dictionary<string, WireVector>())
        {
            vectors.Add(name, spaces.Space(name) is CodeSpace code ? ToCode(code, (DenseVector)vector.Value) : vector.Value);
        }

        return new IndexPoint { Id = point.Id, Vectors = vectors, Payload = FromWire(point.Payload) };
    }

    public static IndexPayload FromWire(Payload? payload) => payload is null
        ? new IndexPayload { Tenant = "" }
        : new IndexPayload
        {
            Tenant = payload.Tenant,
            Labels = payload.Labels,
            ExternalIds = payload.ExternalIds,
            Attributes = payload.Attributes,
        };

    private static Payload ToWire(IndexPayload payload) => new()
    {
        Tenant = payload.Tenant,
        Labels = payload.Labels,
        ExternalIds = payload.ExternalIds,
        Attributes = payload.Attributes,
    };

    private static int Bits(VectorSpace space) => space is CodeSpace code ? code.Bits : 0;

    private static BinaryCode ToCode(CodeSpace space, DenseVector signs)
    {
        var bytes = new byte[space.ByteLength];
        for (var bit = 0; bit < signs.Values.Length; bit++)
        {
            if (signs.Values[bit] > 0)
            {
                bytes[bit >> 3] |= (byte)(1 << (bit & 7));
            }
        }

        return new BinaryCode(bytes);
    }
}
