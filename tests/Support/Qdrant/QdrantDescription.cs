using System.Globalization;
using System.Text.Json.Nodes;
using NJsonSchema;

namespace Pipeline.Tests.Support.Qdrant;

/// <summary>
/// Qdrant's own description of its REST interface (OpenAPI 3), against which requests and answers are checked. It is not part of this
/// repository: PIPELINE_QDRANT_OPENAPI names it, or it lies beside the working copy in shared/qdrant/openapi.json.
/// </summary>
public sealed class QdrantDescription
{
    private static readonly Lazy<QdrantDescription?> Lazily = new(Load);

    private readonly JsonSchema _schemas;
    private readonly Dictionary<string, HashSet<string>> _parameters;

    private QdrantDescription(JsonSchema schemas, Dictionary<string, HashSet<string>> parameters)
    {
        _schemas = schemas;
        _parameters = parameters;
    }

    /// <summary>The description, or null where there is none.</summary>
    public static QdrantDescription? Find() => Lazily.Value;

    /// <summary>Where it is looked for.</summary>
    public static string Path => Environment.GetEnvironmentVariable("PIPELINE_QDRANT_OPENAPI") is { Length: > 0 } path
        ? path
        : System.IO.Path.GetFullPath(System.IO.Path.Combine(RepositoryRoot.Path, "..", "shared", "qdrant", "openapi.json"));

    /// <summary>What an exchange has that the description has not, or has otherwise; empty if nothing.</summary>
    public IReadOnlyList<string> Check(QdrantExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        var operation = $"{exchange.Method} {exchange.Template}";
        if (!_parameters.TryGetValue(operation, out var parameters))
        {
            return [$"There is no {operation}."];
        }

        var violations = new List<string>();
        violations.AddRange(exchange.Query.Keys.Where(name => !parameters.Contains(name)).Select(name => $"{operation} has no parameter {name}."));
        foreach (var (name, value) in exchange.Query.Where(parameter => parameters.Contains(parameter.Key)))
        {
            violations.AddRange(Check($"{operation} ?{name}", ParameterName(operation, name), Value(value)));
        }

        if (exchange.Body is not null)
        {
            violations.AddRange(Check($"{operation} body", BodyName(operation), exchange.Body));
        }

        var answer = exchange.Status < 300 ? AnswerName(operation) : DescriptionSchemas.Error;
        if (exchange.Answer is not null)
        {
            violations.AddRange(Check($"{operation} answer", answer, exchange.Answer));
        }
        else if (_schemas.Definitions.ContainsKey(answer))
        {
            // Only a file is answered as something else.
            violations.Add($"{operation} answers nothing.");
        }

        return violations;
    }

    internal static string ParameterName(string operation, string parameter) => $"{operation} ?{parameter}";

    internal static string BodyName(string operation) => $"{operation} body";

    internal static string AnswerName(string operation) => $"{operation} answer";

    private IEnumerable<string> Check(string what, string schema, JsonNode value) =>
        _schemas.Definitions.TryGetValue(schema, out var known)
            ? known.Validate(value.ToJsonString()).Select(error => $"{what}: {error}")
            : [$"{what} is not described."];

    private static JsonNode Value(string text) => text switch
    {
        "true" => true,
        "false" => false,
        _ when long.TryParse(text, CultureInfo.InvariantCulture, out var number) => number,
        _ => JsonValue.Create(text),
    };

    private static QdrantDescription? Load()
    {
        if (!File.Exists(Path))
        {
            return null;
        }

        var (schemas, parameters) = DescriptionSchemas.Read(JsonNode.Parse(File.ReadAllText(Path))!);
        return new QdrantDescription(JsonSchema.FromJsonAsync(schemas.ToJsonString()).GetAwaiter().GetResult(), parameters);
    }
}
