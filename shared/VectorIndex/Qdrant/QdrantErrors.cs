using System.Net;
using System.Text.Json;
using Pipeline.Storage;
using Pipeline.VectorIndex.Qdrant.Wire;

namespace Pipeline.VectorIndex.Qdrant;

/// <summary>What Qdrant's answers other than success mean.</summary>
internal static class QdrantErrors
{
    private const int LongestMessage = 500;

    /// <summary>Answers that say "not now" before anything was done.</summary>
    public static bool IsForNow(HttpStatusCode status) => status is HttpStatusCode.TooManyRequests
        or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    /// <summary>The exception of an answer that is no success.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="request">What was asked, for people.</param>
    /// <param name="ct">Cancels reading it.</param>
    public static async Task<Exception> ReadAsync(HttpResponseMessage response, string request, CancellationToken ct)
    {
        var message = await MessageAsync(response, ct);
        return response.StatusCode switch
        {
            // Nobody's message is at fault, and nothing can be written until an operator has been here: as good as down.
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new StorageUnavailableException(
                $"Qdrant refuses our key ({(int)response.StatusCode}: {message}). Set {QdrantOptions.Section}:ApiKey to one that may read and write.") { Store = StorageUnavailableException.Index },
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests => Unavailable(),
            >= HttpStatusCode.InternalServerError => Unavailable(),
            >= HttpStatusCode.BadRequest => new QdrantRefusedException(response.StatusCode, message, request),
            _ => new StorageUnavailableException(
                $"What answers {request} with {(int)response.StatusCode} is not Qdrant; see {QdrantOptions.Section}:Url.") { Store = StorageUnavailableException.Index },
        };

        StorageUnavailableException Unavailable() => new($"Qdrant cannot do {request} ({(int)response.StatusCode}): {message}") { Store = StorageUnavailableException.Index };
    }

    private static async Task<string> MessageAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var body = await response.Content.ReadAsStringAsync(ct);
        try
        {
            if (JsonSerializer.Deserialize(body, QdrantJson.Default.ErrorEnvelope) is { Status.ValueKind: JsonValueKind.Object } error
                && error.Status.TryGetProperty("error", out var text) && text.ValueKind == JsonValueKind.String)
            {
                body = text.GetString()!;
            }
        }
        catch (JsonException)
        {
            // Some errors, and those of a proxy in between, are plain text.
        }

        body = body.ReplaceLineEndings(" ").Trim();
        return body.Length > LongestMessage ? body[..LongestMessage] : body;
    }
}
