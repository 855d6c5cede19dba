using System.Net;

namespace Pipeline.Tests.Support.Qdrant;

/// <summary>An answer of the double that is no success.</summary>
internal sealed class QdrantError(HttpStatusCode status, string message) : Exception(message)
{
    public HttpStatusCode Status => status;

    public static QdrantError NoCollection(string name) => new(HttpStatusCode.NotFound, $"Not found: Collection `{name}` doesn't exist!");

    public static QdrantError NoPoint(Guid id) => new(HttpStatusCode.NotFound, $"Not found: No point with id {id} found");

    public static QdrantError WrongInput(string message) => new(HttpStatusCode.BadRequest, $"Wrong input: {message}");
}
