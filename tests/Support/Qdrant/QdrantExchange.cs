using System.Text.Json.Nodes;

namespace Pipeline.Tests.Support.Qdrant;

/// <summary>A request and what the double answered.</summary>
/// <param name="Method">As in <c>PUT</c>.</param>
/// <param name="Template">The path as the server's description has it, with names in braces.</param>
/// <param name="Path">The path and query.</param>
/// <param name="Query">The query's parameters.</param>
/// <param name="Body">What was sent; null for nothing or a file.</param>
/// <param name="Status">The answer's status.</param>
/// <param name="Answer">The answer; null for a file.</param>
public sealed record QdrantExchange(
    string Method, string Template, string Path, IReadOnlyDictionary<string, string> Query, JsonNode? Body, int Status, JsonNode? Answer);
