using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.EndToEnd.Gateway;

/// <summary>The Gateway as its callers see it: addresses, bodies, status codes.</summary>
internal sealed class GatewayClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly HttpClient _http;

    public GatewayClient(Uri url, string? key = null)
    {
        _http = new HttpClient { BaseAddress = url, Timeout = TimeSpan.FromSeconds(60) };
        if (key is not null)
        {
            _http.DefaultRequestHeaders.Add("X-Api-Key", key);
        }
    }

    public async Task<Answer> SendAsync(HttpMethod method, string path, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };

        // Asks before it sends a file: a server that refuses one by its length closes the connection, and whoever is still sending may
        // meet that before the answer.
        request.Headers.ExpectContinue = content is MultipartFormDataContent;
        using var response = await _http.SendAsync(request);
        return await Answer.ReadAsync(response);
    }

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<Answer> PostJsonAsync(string path, JsonNode body) => SendAsync(HttpMethod.Post, path, JsonContent.Create(body));

    public Task<Answer> PostTextAsync(string path, string body, string mediaType = "application/json") =>
        SendAsync(HttpMethod.Post, path, new StringContent(body, Encoding.UTF8, mediaType));

    public Task<Answer> CreateCollectionAsync(string name) => SendAsync(HttpMethod.Put, $"v1/collections/{name}");

    public Task<Answer> UploadAsync(string collection, byte[] file, string query = "", params (string Name, string Value)[] fields) =>
        SendAsync(HttpMethod.Post, $"v1/collections/{collection}/images{query}", Form(file, fields));

    public Task<Answer> SearchAsync(string collection, byte[] file, string query = "", params (string Name, string Value)[] fields) =>
        SendAsync(HttpMethod.Post, $"v1/collections/{collection}/search{query}", Form(file, fields));

    public Task<Answer> SearchAsync(string collection, JsonNode body, string query = "") =>
        PostJsonAsync($"v1/collections/{collection}/search{query}", body);

    /// <summary>Uploads and waits until it is indexed; answers its id.</summary>
    public async Task<Guid> IndexAsync(string collection, byte[] file, string query = "", params (string Name, string Value)[] fields)
    {
        var upload = await UploadAsync(collection, file, query, fields);
        Assert.True(upload.Status == HttpStatusCode.Accepted, upload.ToString());
        var id = upload.Id;
        await WaitAsync(collection, id, "indexed", query);
        return id;
    }

    /// <summary>Polls the image until it has the status.</summary>
    public async Task<Answer> WaitAsync(string collection, Guid id, string status, string query = "")
    {
        Answer? last = null;
        await Eventually.TrueAsync(
            async () =>
            {
                last = await GetAsync($"v1/collections/{collection}/images/{id}{query}");
                return last.Status == HttpStatusCode.OK && (string?)last.Body["status"] == status;
            },
            Patience,
            () => Task.FromResult($"Waiting for '{status}': {last}"));
        return last!;
    }

    public static MultipartFormDataContent Form(byte[]? file, params (string Name, string Value)[] fields)
    {
        var form = new MultipartFormDataContent();
        if (file is not null)
        {
            var part = new ByteArrayContent(file);
            part.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            form.Add(part, "file", "picture");
        }

        foreach (var (name, value) in fields)
        {
            form.Add(new StringContent(value), name);
        }

        return form;
    }

    public void Dispose() => _http.Dispose();
}
