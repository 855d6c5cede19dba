using System.Text.Json.Serialization;

namespace Pipeline.VectorIndex.Embedded;

/// <summary>Payloads and schemas as the database keeps them: JSON, so that they can be read with any SQLite shell.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(IndexPayload))]
[JsonSerializable(typeof(CollectionSchema))]
internal sealed partial class IndexJson : JsonSerializerContext;
