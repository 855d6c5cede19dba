using System.Text.Json.Nodes;

namespace Pipeline.Tests.Support.Qdrant;

/// <summary>A collection of the double.</summary>
internal sealed partial class QdrantCollection(JsonNode created)
{
    private readonly JsonObject _created = created.DeepClone().AsObject();
    private readonly Dictionary<string, JsonNode> _indexes = [];
    private readonly SortedDictionary<Guid, StoredPoint> _points = [];

    private JsonObject Dense => _created["vectors"] as JsonObject ?? [];

    private JsonObject Sparse => _created["sparse_vectors"] as JsonObject ?? [];

    public QdrantCollection Copy()
    {
        var copy = new QdrantCollection(_created);
        foreach (var (name, index) in _indexes)
        {
            copy._indexes.Add(name, index.DeepClone());
        }

        foreach (var (id, point) in _points)
        {
            copy._points.Add(id, point.Copy());
        }

        return copy;
    }

    public JsonNode Describe()
    {
        var parameters = new JsonObject { ["vectors"] = Dense.DeepClone(), ["on_disk_payload"] = true };
        foreach (var (name, fallback) in new[] { ("shard_number", 1), ("replication_factor", 1), ("write_consistency_factor", 1) })
        {
            parameters[name] = _created[name]?.DeepClone() ?? fallback;
        }

        if (Sparse.Count > 0)
        {
            parameters["sparse_vectors"] = Sparse.DeepClone();
        }

        return new JsonObject
        {
            ["status"] = "green",
            ["optimizer_status"] = "ok",
            ["indexed_vectors_count"] = 0,
            ["points_count"] = _points.Count,
            ["segments_count"] = 2,
            ["config"] = new JsonObject
            {
                ["params"] = parameters,
                ["hnsw_config"] = new JsonObject { ["m"] = 16, ["ef_construct"] = 100, ["full_scan_threshold"] = 10_000 },
                ["optimizer_config"] = new JsonObject
                {
                    ["deleted_threshold"] = 0.2, ["vacuum_min_vector_number"] = 1000, ["default_segment_number"] = 0, ["flush_interval_sec"] = 5,
                },
            },
            ["payload_schema"] = new JsonObject(_indexes.Select(index => KeyValuePair.Create(
                index.Key,
                (JsonNode?)new JsonObject { ["data_type"] = "keyword", ["params"] = index.Value.DeepClone(), ["points"] = _points.Count }))),
        };
    }

    public void CreateIndex(JsonNode request) => _indexes[(string)request["field_name"]!] = request["field_schema"]!.DeepClone();

    public void Upsert(JsonNode request)
    {
        // All are checked before the first is stored.
        var points = request["points"]!.AsArray().Select(point =>
        {
            var stored = new StoredPoint { Payload = point!["payload"]?.DeepClone().AsObject() };
            Set(stored, point["vector"]!.AsObject());
            return (Id: (Guid)point["id"]!, Point: stored);
        }).ToList();
        points.ForEach(point => _points[point.Id] = point.Point);
    }

    public void UpdateVectors(JsonNode request)
    {
        Guid? missing = null;
        foreach (var update in request["points"]!.AsArray())
        {
            var id = (Guid)update!["id"]!;
            if (_points.TryGetValue(id, out var point))
            {
                Set(point, update["vector"]!.AsObject());
            }
            else
            {
                missing ??= id;
            }
        }

        if (missing is { } first)
        {
            throw QdrantError.NoPoint(first);
        }
    }

    public void DeleteVectors(JsonNode request)
    {
        foreach (var name in request["vector"]!.AsArray().Select(name => (string)name!))
        {
            CheckName(name);
            foreach (var id in request["points"]!.AsArray().Select(id => (Guid)id!))
            {
                if (_points.TryGetValue(id, out var point))
                {
                    point.Dense.Remove(name);
                    point.Sparse.Remove(name);
                }
            }
        }
    }

    public void Delete(JsonNode request)
    {
        foreach (var id in request["points"]!.AsArray())
        {
            _points.Remove((Guid)id!);
        }
    }

    private void CheckName(string name)
    {
        if (!Dense.ContainsKey(name) && !Sparse.ContainsKey(name))
        {
            throw QdrantError.WrongInput($"Not existing vector name error: {name}");
        }
    }

    private void Set(StoredPoint point, JsonObject vectors)
    {
        foreach (var (name, vector) in vectors)
        {
            CheckName(name);
            if (Dense.ContainsKey(name))
            {
                point.Dense[name] = ReadDense(name, vector!);
            }
            else if (ReadSparse(vector!) is { Indices.Length: > 0 } sparse)
            {
                point.Sparse[name] = sparse;
            }
            else
            {
                // Whether a vector of nothing is one is up to the server.
                point.Sparse.Remove(name);
            }
        }
    }

    private float[] ReadDense(string name, JsonNode vector)
    {
        float[] values = [.. vector.AsArray().Select(value => (float)value!)];
        var size = (int)Dense[name]!["size"]!;
        if (values.Length != size)
        {
            throw QdrantError.WrongInput($"Vector dimension error: expected dim: {size}, got {values.Length}");
        }

        if ((string)Dense[name]!["distance"]! == "Cosine")
        {
            float squares = 0;
            foreach (var value in values)
            {
                squares += value * value;
            }

            // What has about unit length stays as it is, as in the real server.
            if (squares >= float.Epsilon && MathF.Abs(squares - 1) > 1e-6f)
            {
                var length = MathF.Sqrt(squares);
                values = [.. values.Select(value => value / length)];
            }
        }

        return values;
    }

    private static SparsePoint ReadSparse(JsonNode vector)
    {
        uint[] indices = [.. vector["indices"]!.AsArray().Select(index => (uint)index!)];
        float[] values = [.. vector["values"]!.AsArray().Select(value => (float)value!)];
        return indices.Length == values.Length && indices.Distinct().Count() == indices.Length
            ? new SparsePoint(indices, values)
            : throw QdrantError.WrongInput("Sparse vector indices must be unique and as many as its values");
    }
}

/// <summary>A point of the double.</summary>
internal sealed class StoredPoint
{
    public JsonObject? Payload { get; init; }

    public Dictionary<string, float[]> Dense { get; private init; } = [];

    public Dictionary<string, SparsePoint> Sparse { get; private init; } = [];

    public StoredPoint Copy() => new() { Payload = Payload?.DeepClone().AsObject(), Dense = new(Dense), Sparse = new(Sparse) };
}

/// <summary>A sparse vector of the double.</summary>
internal sealed record SparsePoint(uint[] Indices, float[] Values);
