namespace Pipeline.VectorIndex.Qdrant.Wire;

/// <summary>Body of <c>POST /collections/{name}/points/query</c>.</summary>
internal sealed record Query
{
    [System.Text.Json.Serialization.JsonPropertyName("query")]
    public required WireVector Vector { get; init; }

    public required string Using { get; init; }

    public required int Limit { get; init; }

    public Filter? Filter { get; init; }

    public SearchParams? Params { get; init; }

    public float? ScoreThreshold { get; init; }

    public required bool WithPayload { get; init; }
}

/// <summary>Body of <c>POST /collections/{name}/points/query/batch</c>.</summary>
internal sealed record QueryBatch
{
    public required IReadOnlyList<Query> Searches { get; init; }
}

/// <summary>How a search is made.</summary>
internal sealed record SearchParams
{
    public bool? Exact { get; init; }

    public int? HnswEf { get; init; }

    public QuantizationSearch? Quantization { get; init; }
}

/// <summary>What is done with compressed copies.</summary>
internal sealed record QuantizationSearch
{
    public bool? Rescore { get; init; }
}

/// <summary>Conditions that must all hold.</summary>
internal sealed record Filter
{
    public required IReadOnlyList<Condition> Must { get; init; }
}

/// <summary>A match of a field, or a choice of points.</summary>
internal sealed record Condition
{
    public string? Key { get; init; }

    public MatchValue? Match { get; init; }

    public IReadOnlyCollection<Guid>? HasId { get; init; }
}

/// <summary>The value a field must have, or have among others.</summary>
internal sealed record MatchValue(string Value);

/// <summary>What a search found, best first.</summary>
internal sealed record QueryResult
{
    public required IReadOnlyList<ScoredPoint> Points { get; init; }
}

/// <summary>A point found.</summary>
internal sealed record ScoredPoint
{
    public required Guid Id { get; init; }

    public required float Score { get; init; }

    public Payload? Payload { get; init; }
}
