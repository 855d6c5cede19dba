using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Catalog;

/// <summary>How the catalog's records are written: camelCase JSON, enums by name, so a record can be read by eye.</summary>
internal static class CatalogJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static byte[] Write<T>(T record) => JsonSerializer.SerializeToUtf8Bytes(record, Options);

    public static T Read<T>(ReadOnlyMemory<byte> json) =>
        JsonSerializer.Deserialize<T>(json.Span, Options)
        ?? throw new InvalidDataException($"A {typeof(T).Name} in the state store is null.");
}
