using System.Text.Json.Nodes;

namespace Pipeline.Tests.Support.Qdrant;

/// <content>Reads and searches.</content>
internal sealed partial class QdrantCollection
{
    private const int DefaultLimit = 10;

    public JsonNode Get(JsonNode request)
    {
        // In no order of the question: the real server promises none.
        var ids = request["ids"]!.AsArray().Select(id => (Guid)id!).ToHashSet();
        return new JsonArray([.. ids.Where(_points.ContainsKey).OrderByDescending(id => id).Select(id => Record(id, _points[id], request))]);
    }

    public JsonNode Scroll(JsonNode request)
    {
        var limit = Limit(request);
        var from = request["offset"] is { } offset ? (Guid)offset : Guid.Empty;
        var page = _points.Where(point => point.Key.CompareTo(from) >= 0 && Passes(request["filter"], point.Key, point.Value)).Take(limit + 1).ToList();
        return new JsonObject
        {
            ["points"] = new JsonArray([.. page.Take(limit).Select(point => Record(point.Key, point.Value, request))]),
            ["next_page_offset"] = page.Count > limit ? page[limit].Key.ToString() : null,
        };
    }

    public JsonNode Count(JsonNode request)
    {
        var count = _points.Count(point => Passes(request["filter"], point.Key, point.Value));
        var isExact = (bool?)request["exact"] ?? true;
        return new JsonObject { ["count"] = isExact ? count : count + 3 };
    }

    public JsonNode Query(JsonNode request)
    {
        var name = (string)request["using"]!;
        CheckName(name);
        var score = Dense.ContainsKey(name) ? DenseScore(name, request) : SparseScore(name, request);
        var isExact = !Dense.ContainsKey(name) || (bool?)request["params"]?["exact"] == true || (int?)Dense[name]!["hnsw_config"]?["m"] == 0;
        var threshold = request["score_threshold"] is { } given ? (float)given : float.NegativeInfinity;
        var found = _points
            .Where(point => (isExact || !IsOverlooked(point.Key)) && Passes(request["filter"], point.Key, point.Value))
            .Select(point => (Id: point.Key, Point: point.Value, Score: score(point.Value)))
            .Where(point => point.Score is { } value && value > threshold)
            .OrderByDescending(point => point.Score).ThenBy(point => Scrambled(point.Id))
            .Take(Limit(request));
        return new JsonObject
        {
            ["points"] = new JsonArray(
            [
                .. found.Select(point =>
                {
                    var record = Record(point.Id, point.Point, request);
                    record["version"] = 0;
                    record["score"] = point.Score!.Value;
                    return record;
                }),
            ]),
        };
    }

    private Func<StoredPoint, float?> DenseScore(string name, JsonNode request)
    {
        // The measures that are used here are both the dot product, since vectors of a cosine space are stored with unit length.
        var query = ReadDense(name, request["query"]!);
        return point =>
        {
            if (!point.Dense.TryGetValue(name, out var vector))
            {
                return null;
            }

            float sum = 0;
            for (var i = 0; i < query.Length; i++)
            {
                sum += query[i] * vector[i];
            }

            return sum;
        };
    }

    private static Func<StoredPoint, float?> SparseScore(string name, JsonNode request)
    {
        var query = ReadSparse(request["query"]!);
        var findsZeros = request["filter"] is not null;
        var weights = query.Indices.Zip(query.Values).ToDictionary(entry => entry.First, entry => entry.Second);
        return point =>
        {
            float? sum = null;
            if (point.Sparse.TryGetValue(name, out var vector))
            {
                for (var i = 0; i < vector.Indices.Length; i++)
                {
                    if (weights.TryGetValue(vector.Indices[i], out var weight))
                    {
                        sum = (sum ?? 0) + (weight * vector.Values[i]);
                    }
                }
            }

            // Sums in the inverted lists start at zero, and what is still zero is not found; few points, as a filter may leave, are compared
            // one by one, and then it is.
            return sum == 0 && !findsZeros ? null : sum;
        };
    }

    private static bool Passes(JsonNode? filter, Guid id, StoredPoint point) =>
        filter?["must"] is not { } must || must.AsArray().All(condition => Holds(condition!, id, point));

    private static bool Holds(JsonNode condition, Guid id, StoredPoint point)
    {
        if (condition["has_id"] is { } ids)
        {
            return ids.AsArray().Any(wanted => (Guid)wanted! == id);
        }

        var value = (string)condition["match"]!["value"]!;
        return point.Payload?[(string)condition["key"]!] switch
        {
            JsonArray values => values.Any(one => (string)one! == value),
            JsonValue one => (string)one! == value,
            _ => false,
        };
    }

    private static JsonObject Record(Guid id, StoredPoint point, JsonNode request)
    {
        var record = new JsonObject { ["id"] = id.ToString() };
        if ((bool?)request["with_payload"] == true)
        {
            record["payload"] = point.Payload?.DeepClone();
        }

        if ((bool?)request["with_vector"] == true)
        {
            var vectors = new JsonObject();
            foreach (var (name, vector) in point.Dense)
            {
                vectors[name] = new JsonArray([.. vector.Select(value => JsonValue.Create(value))]);
            }

            foreach (var (name, vector) in point.Sparse)
            {
                vectors[name] = new JsonObject
                {
                    ["indices"] = new JsonArray([.. vector.Indices.Select(index => JsonValue.Create(index))]),
                    ["values"] = new JsonArray([.. vector.Values.Select(value => JsonValue.Create(value))]),
                };
            }

            record["vector"] = vectors;
        }

        return record;
    }

    private static int Limit(JsonNode request) => request["limit"] is { } limit ? (int)limit : DefaultLimit;

    /// <summary>What a search by the graph may miss, some points always do.</summary>
    private static bool IsOverlooked(Guid id) => id.ToByteArray(bigEndian: true)[^1] % 5 == 0;

    /// <summary>An order that has nothing to do with that of ids.</summary>
    private static uint Scrambled(Guid id)
    {
        var hash = 2166136261;
        foreach (var part in id.ToByteArray(bigEndian: true))
        {
            hash = (hash ^ part) * 16777619;
        }

        return hash;
    }
}
