using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Tests.Support.Qdrant;

/// <summary>A request to the double.</summary>
internal sealed class QdrantCall(HttpRequest request, JsonNode? body)
{
    /// <summary>The body, which must be there.</summary>
    public JsonNode Body => body ?? throw new QdrantError(System.Net.HttpStatusCode.BadRequest, "Format error in JSON body: EOF while parsing a value");

    /// <summary>Name of the collection in the path.</summary>
    public string Collection => (string)request.RouteValues["collection_name"]!;

    /// <summary>Name of the snapshot in the path.</summary>
    public string Snapshot => (string)request.RouteValues["snapshot_name"]!;

    /// <summary>What the file's bytes should hash to, if that is said.</summary>
    public string Checksum => request.Query["checksum"].ToString();

    /// <summary>Whether the answer is to come after the change.</summary>
    public bool Waits => request.Query["wait"] == "true";
}
