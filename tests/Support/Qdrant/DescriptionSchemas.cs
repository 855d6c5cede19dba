using System.Text.Json.Nodes;

namespace Pipeline.Tests.Support.Qdrant;

/// <summary>
/// Translates an OpenAPI 3 description into one JSON schema (draft 4) with a definition for every component, body, answer and parameter.
/// Stricter than the description in one thing: an object has no members that its schema does not name, so that a misspelt one is found out.
/// </summary>
internal static class DescriptionSchemas
{
    public const string Error = "ErrorResponse";

    // They say nothing of what a value may be, or only what JSON cannot tell apart.
    private static readonly HashSet<string> Annotations =
        ["description", "title", "example", "examples", "default", "deprecated", "discriminator", "nullable", "format", "readOnly", "writeOnly"];

    public static (JsonObject Schemas, Dictionary<string, HashSet<string>> Parameters) Read(JsonNode description)
    {
        var definitions = new JsonObject();
        foreach (var (name, schema) in description["components"]!["schemas"]!.AsObject())
        {
            definitions[name] = Convert(schema!);
        }

        var parameters = new Dictionary<string, HashSet<string>>();
        foreach (var (path, methods) in description["paths"]!.AsObject())
        {
            foreach (var (method, described) in methods!.AsObject())
            {
                var operation = $"{method.ToUpperInvariant()} {path}";
                parameters[operation] = [];
                foreach (var parameter in described!["parameters"] as JsonArray ?? [])
                {
                    if ((string?)parameter!["in"] == "query")
                    {
                        var name = (string)parameter["name"]!;
                        parameters[operation].Add(name);
                        definitions[QdrantDescription.ParameterName(operation, name)] = Convert(parameter["schema"]!);
                    }
                }

                if (Content(described["requestBody"]) is { } body)
                {
                    definitions[QdrantDescription.BodyName(operation)] = Convert(body);
                }

                if (Content(described["responses"]!["200"]) is { } answer)
                {
                    // An answer without a result would pass otherwise.
                    var converted = Convert(answer);
                    converted["required"] = new JsonArray("result", "status", "time");
                    definitions[QdrantDescription.AnswerName(operation)] = converted;
                }
            }
        }

        return (new JsonObject { ["definitions"] = definitions }, parameters);
    }

    private static JsonNode? Content(JsonNode? described) => described?["content"]?["application/json"]?["schema"];

    private static JsonObject Convert(JsonNode node)
    {
        var schema = node.AsObject();
        var result = new JsonObject();
        foreach (var (key, value) in schema)
        {
            switch (key)
            {
                case "$ref":
                    result[key] = ((string)value!).Replace("#/components/schemas/", "#/definitions/", StringComparison.Ordinal);
                    break;
                case "properties":
                    result[key] = new JsonObject(value!.AsObject().Select(property => KeyValuePair.Create(property.Key, (JsonNode?)Convert(property.Value!))));
                    break;
                case "anyOf" or "oneOf" or "allOf":
                    result[key] = new JsonArray([.. value!.AsArray().Select(part => Convert(part!))]);
                    break;
                case "items" or "not":
                    result[key] = Convert(value!);
                    break;
                case "additionalProperties":
                    result[key] = value is JsonObject part ? Convert(part) : value!.DeepClone();
                    break;
                default:
                    if (!Annotations.Contains(key))
                    {
                        result[key] = value!.DeepClone();
                    }

                    break;
            }
        }

        Narrow(result, (string?)schema["format"]);
        return (bool?)schema["nullable"] == true ? OrNull(result) : result;
    }

    private static void Narrow(JsonObject result, string? format)
    {
        if (result["properties"] is not null && result["additionalProperties"] is null)
        {
            result["additionalProperties"] = false;
        }

        switch (format)
        {
            case "uint32":
                result["maximum"] = uint.MaxValue;
                break;
            case "uuid" or "uri":
                result["format"] = format;
                break;
        }
    }

    /// <summary>In OpenAPI 3 a schema that says no more than that it is nullable stands for null.</summary>
    private static JsonObject OrNull(JsonObject result)
    {
        var isNull = new JsonObject { ["type"] = "null" };
        return result.Count == 0 ? isNull : new JsonObject { ["anyOf"] = new JsonArray(result, isNull) };
    }
}
