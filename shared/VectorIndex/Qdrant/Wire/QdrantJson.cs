using System.Text.Json.Serialization;

namespace Pipeline.VectorIndex.Qdrant.Wire;

/// <summary>How messages are written and read.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CreateCollection))]
[JsonSerializable(typeof(CreateFieldIndex))]
[JsonSerializable(typeof(ChangeAliases))]
[JsonSerializable(typeof(RecoverSnapshot))]
[JsonSerializable(typeof(UpsertPoints))]
[JsonSerializable(typeof(UpdatePoints))]
[JsonSerializable(typeof(DeletePoints))]
[JsonSerializable(typeof(GetPoints))]
[JsonSerializable(typeof(ScrollPoints))]
[JsonSerializable(typeof(CountPoints))]
[JsonSerializable(typeof(Query))]
[JsonSerializable(typeof(QueryBatch))]
[JsonSerializable(typeof(VectorParams))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(ErrorEnvelope))]
[JsonSerializable(typeof(Envelope<bool>), TypeInfoPropertyName = "BooleanEnvelope")]
[JsonSerializable(typeof(Envelope<CollectionInfo>), TypeInfoPropertyName = "CollectionInfoEnvelope")]
[JsonSerializable(typeof(Envelope<CollectionList>), TypeInfoPropertyName = "CollectionListEnvelope")]
[JsonSerializable(typeof(Envelope<AliasList>), TypeInfoPropertyName = "AliasListEnvelope")]
[JsonSerializable(typeof(Envelope<UpdateResult>), TypeInfoPropertyName = "UpdateResultEnvelope")]
[JsonSerializable(typeof(Envelope<IReadOnlyList<UpdateResult>>), TypeInfoPropertyName = "UpdateResultsEnvelope")]
[JsonSerializable(typeof(Envelope<IReadOnlyList<Point>>), TypeInfoPropertyName = "PointsEnvelope")]
[JsonSerializable(typeof(Envelope<ScrollResult>), TypeInfoPropertyName = "ScrollResultEnvelope")]
[JsonSerializable(typeof(Envelope<CountResult>), TypeInfoPropertyName = "CountResultEnvelope")]
[JsonSerializable(typeof(Envelope<QueryResult>), TypeInfoPropertyName = "QueryResultEnvelope")]
[JsonSerializable(typeof(Envelope<IReadOnlyList<QueryResult>>), TypeInfoPropertyName = "QueryResultsEnvelope")]
[JsonSerializable(typeof(Envelope<SnapshotDescription>), TypeInfoPropertyName = "SnapshotEnvelope")]
[JsonSerializable(typeof(Envelope<IReadOnlyList<SnapshotDescription>>), TypeInfoPropertyName = "SnapshotsEnvelope")]
internal sealed partial class QdrantJson : JsonSerializerContext;
