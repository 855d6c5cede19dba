namespace Pipeline.VectorIndex.Qdrant.Wire;

/// <summary>Body of <c>PUT /collections/{name}/points</c>.</summary>
internal sealed record UpsertPoints
{
    public required IReadOnlyList<Point> Points { get; init; }
}

/// <summary>A point as it is written, and, where asked for, as it is read.</summary>
internal sealed record Point
{
    public required Guid Id { get; init; }

    public IReadOnlyDictionary<string, WireVector>? Vector { get; init; }

    public Payload? Payload { get; init; }
}

/// <summary>What is stored beside the vectors.</summary>
internal sealed record Payload
{
    /// <summary>Names of the fields that are filtered by.</summary>
    public const string TenantField = "tenant";

    /// <inheritdoc cref="TenantField"/>
    public const string LabelsField = "labels";

    public string Tenant { get; init; } = "";

    public IReadOnlyList<string> Labels { get; init; } = [];

    public IReadOnlyList<string> ExternalIds { get; init; } = [];

    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();
}

/// <summary>Body of <c>POST /collections/{name}/points/batch</c>: one after the other.</summary>
internal sealed record UpdatePoints
{
    public required IReadOnlyList<UpdateOperation> Operations { get; init; }
}

/// <summary>One of the two.</summary>
internal sealed record UpdateOperation
{
    public UpsertPoints? UpdateVectors { get; init; }

    public DeleteVectors? DeleteVectors { get; init; }
}

/// <summary>Takes points out of some spaces.</summary>
internal sealed record DeleteVectors
{
    public required IReadOnlyList<Guid> Points { get; init; }

    public required IReadOnlyList<string> Vector { get; init; }
}

/// <summary>Body of <c>POST /collections/{name}/points/delete</c>.</summary>
internal sealed record DeletePoints
{
    public required IReadOnlyList<Guid> Points { get; init; }
}

/// <summary>Result of a write.</summary>
internal sealed record UpdateResult
{
    /// <summary>The write has been made and can be seen.</summary>
    public const string Completed = "completed";

    public required string Status { get; init; }
}

/// <summary>Body of <c>POST /collections/{name}/points</c>.</summary>
internal sealed record GetPoints
{
    public required IReadOnlyList<Guid> Ids { get; init; }

    public required bool WithPayload { get; init; }

    public required bool WithVector { get; init; }
}

/// <summary>Body of <c>POST /collections/{name}/points/scroll</c>.</summary>
internal sealed record ScrollPoints
{
    public Guid? Offset { get; init; }

    public required int Limit { get; init; }

    public Filter? Filter { get; init; }

    public required bool WithPayload { get; init; }

    public required bool WithVector { get; init; }
}

/// <summary>A page of points in order of id.</summary>
internal sealed record ScrollResult
{
    public required IReadOnlyList<Point> Points { get; init; }

    public Guid? NextPageOffset { get; init; }
}

/// <summary>Body of <c>POST /collections/{name}/points/count</c>.</summary>
internal sealed record CountPoints
{
    public Filter? Filter { get; init; }

    public required bool Exact { get; init; }
}

/// <summary>A number of points.</summary>
internal sealed record CountResult
{
    public required long Count { get; init; }
}
