using System.Net;

namespace Pipeline.VectorIndex.Qdrant;

/// <summary>Qdrant understood a request and will not do it (4xx): the request or what it is about is wrong, and stays so.</summary>
internal sealed class QdrantRefusedException(HttpStatusCode status, string message, string request)
    : Exception($"Qdrant refuses {request} ({(int)status}): {message}")
{
    /// <summary>What is named does not exist.</summary>
    public bool IsNotFound => status == HttpStatusCode.NotFound;
}
