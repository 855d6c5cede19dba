using System.Text.Json;

namespace Pipeline.VectorIndex.Qdrant.Wire;

/// <summary>Body of <c>PUT /collections/{name}</c>.</summary>
internal sealed record CreateCollection
{
    public required IReadOnlyDictionary<string, VectorParams> Vectors { get; init; }

    public IReadOnlyDictionary<string, SparseVectorParams>? SparseVectors { get; init; }

    public int? ShardNumber { get; init; }

    public int? ReplicationFactor { get; init; }

    public int? WriteConsistencyFactor { get; init; }
}

/// <summary>A dense space.</summary>
internal sealed record VectorParams
{
    public required int Size { get; init; }

    public required string Distance { get; init; }

    public bool? OnDisk { get; init; }

    public HnswConfig? HnswConfig { get; init; }

    public QuantizationConfig? QuantizationConfig { get; init; }
}

/// <summary>The graph of a dense space; none is built with M = 0.</summary>
internal sealed record HnswConfig
{
    public int? M { get; init; }

    public int? PayloadM { get; init; }
}

/// <summary>Compressed copies of the vectors, of one kind.</summary>
internal sealed record QuantizationConfig
{
    public BinaryQuantization? Binary { get; init; }

    public ScalarQuantization? Scalar { get; init; }
}

/// <summary>One bit a dimension.</summary>
internal sealed record BinaryQuantization
{
    public bool? AlwaysRam { get; init; }
}

/// <summary>One byte a dimension.</summary>
internal sealed record ScalarQuantization
{
    public required string Type { get; init; }

    public bool? AlwaysRam { get; init; }
}

/// <summary>A sparse space.</summary>
internal sealed record SparseVectorParams
{
    public SparseIndexParams? Index { get; init; }
}

/// <summary>The inverted lists of a sparse space.</summary>
internal sealed record SparseIndexParams
{
    public bool? OnDisk { get; init; }
}

/// <summary>Result of <c>GET /collections/{name}</c>, as far as it is read.</summary>
internal sealed record CollectionInfo
{
    public required string Status { get; init; }

    public required CollectionConfig Config { get; init; }

    public required IReadOnlyDictionary<string, JsonElement> PayloadSchema { get; init; }
}

/// <summary>Settings of a collection.</summary>
internal sealed record CollectionConfig
{
    public required CollectionParams Params { get; init; }

    public HnswConfig? HnswConfig { get; init; }
}

/// <summary>Spaces of a collection. Vectors are by name, or one without a name in collections that others made.</summary>
internal sealed record CollectionParams
{
    public JsonElement? Vectors { get; init; }

    public IReadOnlyDictionary<string, JsonElement>? SparseVectors { get; init; }
}

/// <summary>Result of <c>GET /collections</c>.</summary>
internal sealed record CollectionList
{
    public required IReadOnlyList<CollectionDescription> Collections { get; init; }
}

/// <summary>An entry of <see cref="CollectionList"/>.</summary>
internal sealed record CollectionDescription
{
    public required string Name { get; init; }
}

/// <summary>Body of <c>PUT /collections/{name}/index</c>.</summary>
internal sealed record CreateFieldIndex
{
    public required string FieldName { get; init; }

    public required KeywordIndex FieldSchema { get; init; }
}

/// <summary>An index of a payload field for exact matches.</summary>
internal sealed record KeywordIndex
{
    public required string Type { get; init; }

    public bool? IsTenant { get; init; }
}

/// <summary>Body of <c>POST /collections/aliases</c>: the actions take place in one step.</summary>
internal sealed record ChangeAliases
{
    public required IReadOnlyList<AliasAction> Actions { get; init; }
}

/// <summary>One of the two.</summary>
internal sealed record AliasAction
{
    public AliasDescription? CreateAlias { get; init; }

    public AliasName? DeleteAlias { get; init; }
}

/// <summary>An alias and what it names.</summary>
internal sealed record AliasDescription
{
    public required string AliasName { get; init; }

    public required string CollectionName { get; init; }
}

/// <summary>An alias.</summary>
internal sealed record AliasName([property: System.Text.Json.Serialization.JsonPropertyName("alias_name")] string Name);

/// <summary>Result of <c>GET /aliases</c>.</summary>
internal sealed record AliasList
{
    public required IReadOnlyList<AliasDescription> Aliases { get; init; }
}

/// <summary>A snapshot of a collection on the server.</summary>
internal sealed record SnapshotDescription
{
    public required string Name { get; init; }

    public required long Size { get; init; }

    public string? CreationTime { get; init; }

    public string? Checksum { get; init; }
}

/// <summary>Body of <c>PUT /collections/{name}/snapshots/recover</c>.</summary>
internal sealed record RecoverSnapshot
{
    public required string Location { get; init; }

    public string? Priority { get; init; }

    public string? Checksum { get; init; }
}
