namespace Pipeline.VectorIndex.Embedded;

/// <summary>A point in the form that is stored; it shares nothing with what the caller passed.</summary>
/// <param name="Id">The point.</param>
/// <param name="Payload">Its payload.</param>
/// <param name="Vectors">By the ordinal of the space in the schema; null where the point has none.</param>
internal sealed record PreparedPoint(Guid Id, IndexPayload Payload, VectorValue?[] Vectors)
{
    /// <exception cref="ArgumentException">The point does not suit the schema.</exception>
    public static PreparedPoint Create(CollectionSchema schema, IndexPoint point)
    {
        ArgumentNullException.ThrowIfNull(point);
        var vectors = new VectorValue?[schema.Spaces.Count];
        foreach (var (name, value) in point.Vectors ?? throw new ArgumentException("A point's vectors are null."))
        {
            var ordinal = Ordinal(schema, name);
            vectors[ordinal] = VectorPreparation.Prepare(schema.Spaces[ordinal], value);
        }

        return new PreparedPoint(point.Id, Copy(point.Payload), vectors);
    }

    /// <summary>The place of a space in the schema.</summary>
    /// <exception cref="ArgumentException">It has no such space.</exception>
    public static int Ordinal(CollectionSchema schema, string space)
    {
        for (var i = 0; i < schema.Spaces.Count; i++)
        {
            if (schema.Spaces[i].Name == space)
            {
                return i;
            }
        }

        throw new ArgumentException($"There is no space '{space}'; the collection has {schema}.");
    }

    private static IndexPayload Copy(IndexPayload payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        if (payload.Tenant is null || payload.Labels is null || payload.ExternalIds is null || payload.Attributes is null
            || payload.Labels.Contains(null!) || payload.ExternalIds.Contains(null!))
        {
            throw new ArgumentException("A payload's members and their entries must not be null.");
        }

        return new IndexPayload
        {
            Tenant = payload.Tenant,
            Labels = [.. payload.Labels],
            ExternalIds = [.. payload.ExternalIds],
            Attributes = new Dictionary<string, string>(payload.Attributes, StringComparer.Ordinal).AsReadOnly(),
        };
    }
}
