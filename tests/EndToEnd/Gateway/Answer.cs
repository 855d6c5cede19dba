using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace Pipeline.Tests.EndToEnd.Gateway;

/// <summary>What the Gateway answered.</summary>
internal sealed record Answer(HttpStatusCode Status, string? MediaType, string Text, IReadOnlyDictionary<string, string> Headers)
{
    public JsonNode Body => JsonNode.Parse(Text)!;

    public Guid Id => Guid.Parse((string)Body["id"]!);

    public IReadOnlyList<JsonNode> Hits => [.. Body["hits"]!.AsArray().Select(hit => hit!)];

    public IReadOnlyList<Guid> HitIds => [.. Hits.Select(hit => Guid.Parse((string)hit["imageId"]!))];

    public static async Task<Answer> ReadAsync(HttpResponseMessage response) => new(
        response.StatusCode,
        response.Content.Headers.ContentType?.MediaType,
        await response.Content.ReadAsStringAsync(),
        response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase));

    /// <summary>An error, as all errors have to look.</summary>
    public void AssertProblem(HttpStatusCode status, string reason)
    {
        Assert.True(Status == status, ToString());
        Assert.Equal("application/problem+json", MediaType);
        Assert.Equal(reason, (string?)Body["reason"]);
        Assert.Equal((int)status, (int?)Body["status"]);
        Assert.False(string.IsNullOrEmpty((string?)Body["detail"]));
        Assert.Equal($"urn:pipeline:problem:{reason}", (string?)Body["type"]);
    }

    public void AssertOk() => Assert.True(Status == HttpStatusCode.OK, ToString());

    public override string ToString() => $"{(int)Status} {MediaType}: {Text}";
}
