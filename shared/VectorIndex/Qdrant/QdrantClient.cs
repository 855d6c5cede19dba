using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using Pipeline.Storage;
using Pipeline.VectorIndex.Qdrant.Wire;
using Polly.Timeout;

namespace Pipeline.VectorIndex.Qdrant;

/// <summary>Sends requests to Qdrant's REST interface, and turns what goes wrong into the exceptions of the index.</summary>
internal sealed class QdrantClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly QdrantMetrics _metrics;
    private readonly QdrantResilience _resilience;

    public QdrantClient(QdrantOptions options, TimeProvider time, QdrantMetrics metrics, ILogger logger)
    {
        _metrics = metrics;
        _resilience = new QdrantResilience(options, time, metrics, logger);
        _http = new HttpClient(new SocketsHttpHandler
        {
            // A redirection could lead the key astray; a name may come to mean another node.
            AllowAutoRedirect = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ConnectTimeout = TimeSpan.FromSeconds(5),
        })
        {
            BaseAddress = new Uri(options.Url.AbsoluteUri.TrimEnd('/') + "/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (options.ApiKey.Length > 0)
        {
            _http.DefaultRequestHeaders.Add("api-key", options.ApiKey);
        }
    }

    /// <summary>Asks without a body.</summary>
    public Task<T> SendAsync<T>(
        HttpMethod method, string path, JsonTypeInfo<Envelope<T>> result, CancellationToken ct, bool isRepeatable = true) =>
        SendAsync<T>(method, path, null, result, isRepeatable, ct);

    /// <summary>Asks with a body.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">Path and query, escaped, without a slash in front.</param>
    /// <param name="body">The body.</param>
    /// <param name="bodyType">How it is written.</param>
    /// <param name="result">How the answer is read.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="isRepeatable">False if the request, made twice, has two effects.</param>
    /// <exception cref="StorageUnavailableException">Qdrant is away, does not answer in time, is full, or refuses the key.</exception>
    /// <exception cref="QdrantRefusedException">Qdrant refuses the request.</exception>
    public Task<T> SendAsync<TBody, T>(
        HttpMethod method,
        string path,
        TBody body,
        JsonTypeInfo<TBody> bodyType,
        JsonTypeInfo<Envelope<T>> result,
        CancellationToken ct,
        bool isRepeatable = true)
    {
        // Of known length, and written once however often it is sent.
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, bodyType);
        return SendAsync(method, path, bytes, result, isRepeatable, ct);
    }

    public void Dispose() => _http.Dispose();

    private async Task<T> SendAsync<T>(
        HttpMethod method, string path, byte[]? body, JsonTypeInfo<Envelope<T>> result, bool isRepeatable, CancellationToken ct)
    {
        var (started, outcome) = (Stopwatch.GetTimestamp(), "cancelled");
        try
        {
            var answer = await AnswerAsync(method, path, body, result, isRepeatable, ct);
            outcome = "done";
            return answer;
        }
        catch (QdrantRefusedException)
        {
            outcome = "refused";
            throw;
        }
        catch (StorageUnavailableException)
        {
            outcome = "unavailable";
            throw;
        }
        finally
        {
            _metrics.Finished(method, path, outcome, Stopwatch.GetElapsedTime(started));
        }
    }

    private async Task<T> AnswerAsync<T>(
        HttpMethod method, string path, byte[]? body, JsonTypeInfo<Envelope<T>> result, bool isRepeatable, CancellationToken ct)
    {
        try
        {
            using var response = await _resilience.RunAsync(token => AttemptAsync(method, path, body, token), isRepeatable, ct);
            if (!response.IsSuccessStatusCode || response.StatusCode is System.Net.HttpStatusCode.Accepted)
            {
                throw await QdrantErrors.ReadAsync(response, $"{method} /{path}", ct);
            }

            var envelope = await response.Content.ReadFromJsonAsync(result, ct);
            return envelope is not null ? envelope.Result : throw new JsonException("The answer is empty.");
        }
        catch (HttpRequestException e)
        {
            throw new StorageUnavailableException($"Qdrant at {_http.BaseAddress} cannot be reached: {e.Message}", e) { Store = StorageUnavailableException.Index };
        }
        catch (TimeoutRejectedException e)
        {
            throw new StorageUnavailableException($"Qdrant at {_http.BaseAddress} did not answer {method} /{path} within {e.Timeout}.", e) { Store = StorageUnavailableException.Index };
        }
        catch (JsonException e)
        {
            throw new StorageUnavailableException($"What answers {method} /{path} at {_http.BaseAddress} is not Qdrant as we know it: {e.Message}", e) { Store = StorageUnavailableException.Index };
        }
    }

    /// <summary>One attempt, its whole answer included: a connection that breaks in the middle of one is worth another.</summary>
    private async ValueTask<HttpResponseMessage> AttemptAsync(HttpMethod method, string path, byte[]? body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        return await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, ct);
    }
}
