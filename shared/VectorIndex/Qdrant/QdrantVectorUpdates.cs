using System.Text.Json;
using Pipeline.VectorIndex.Qdrant.Wire;

namespace Pipeline.VectorIndex.Qdrant;

/// <summary>New vectors for some spaces of points, as the requests that bring them about.</summary>
internal static class QdrantVectorUpdates
{
    /// <summary>What several updates come to, a point each: space → its vector, or null to take the point out of it.</summary>
    /// <exception cref="ArgumentException">A vector does not suit its space.</exception>
    public static IEnumerable<KeyValuePair<Guid, Dictionary<string, WireVector?>>> Merge(QdrantSpaces spaces, IReadOnlyList<VectorUpdate> updates)
    {
        var merged = new Dictionary<Guid, Dictionary<string, WireVector?>>();
        foreach (var update in updates)
        {
            ArgumentNullException.ThrowIfNull(update);
            if (!merged.TryGetValue(update.Id, out var vectors))
            {
                merged.Add(update.Id, vectors = new Dictionary<string, WireVector?>(StringComparer.Ordinal));
            }

            foreach (var (name, vector) in update.Vectors ?? throw new ArgumentException("An update's vectors are null."))
            {
                var space = spaces.Space(name);
                vectors[name] = vector is null ? null : QdrantPoints.ToWire(space, vector);
            }
        }

        return merged.Where(update => update.Value.Count > 0);
    }

    /// <summary>The operations of a batch: one sets vectors, and one for every choice of spaces takes points out of them.</summary>
    public static IReadOnlyList<UpdateOperation> ToWire(IEnumerable<KeyValuePair<Guid, Dictionary<string, WireVector?>>> batch)
    {
        var set = new List<Point>();
        var removed = new Dictionary<string, (IReadOnlyList<string> Spaces, List<Guid> Points)>(StringComparer.Ordinal);
        foreach (var (id, vectors) in batch)
        {
            var kept = vectors.Where(vector => vector.Value is not null).ToDictionary(vector => vector.Key, vector => vector.Value!.Value);
            if (kept.Count > 0)
            {
                set.Add(new Point { Id = id, Vector = kept });
            }

            string[] gone = [.. vectors.Where(vector => vector.Value is null).Select(vector => vector.Key).Order(StringComparer.Ordinal)];
            if (gone.Length > 0)
            {
                // Written as the list that it is, a choice is told apart from every other.
                var key = JsonSerializer.Serialize(gone, QdrantJson.Default.StringArray);
                if (!removed.TryGetValue(key, out var group))
                {
                    removed.Add(key, group = (gone, []));
                }

                group.Points.Add(id);
            }
        }

        var operations = new List<UpdateOperation>();
        if (set.Count > 0)
        {
            operations.Add(new UpdateOperation { UpdateVectors = new UpsertPoints { Points = set } });
        }

        operations.AddRange(removed.Values.Select(group => new UpdateOperation
        {
            DeleteVectors = new DeleteVectors { Points = group.Points, Vector = group.Spaces },
        }));
        return operations;
    }
}
