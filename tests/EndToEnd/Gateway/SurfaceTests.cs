using System.Net;
using Xunit;

namespace Pipeline.Tests.EndToEnd.Gateway;

/// <summary>What the Gateway shows besides its answers: its document, its health, its headers.</summary>
[Collection(StandaloneFixture.Collection)]
public sealed class SurfaceTests(StandaloneFixture standalone)
{
    private readonly GatewayClient _gateway = standalone.Client;

    [Fact]
    public async Task The_OpenAPI_document_names_every_endpoint()
    {
        var answer = await _gateway.GetAsync("openapi/v1.json");

        answer.AssertOk();
        Assert.StartsWith("3.", (string)answer.Body["openapi"]!, StringComparison.Ordinal);
        var operations = answer.Body["paths"]!.AsObject()
            .SelectMany(path => path.Value!.AsObject().Where(m => m.Key is "get" or "put" or "post" or "delete").Select(method => $"{method.Key} {path.Key.TrimEnd('/')}"));
        Assert.Equal(
            [
                "delete /v1/collections/{collection}",
                "delete /v1/collections/{collection}/images/{id}",
                "delete /v1/collections/{collection}/images/{id}/verdicts/{other}",
                "get /v1/collections/{collection}",
                "get /v1/collections/{collection}/encoder",
                "get /v1/collections/{collection}/generations",
                "get /v1/collections/{collection}/images",
                "get /v1/collections/{collection}/images/{id}",
                "get /v1/collections/{collection}/images/{id}/neighbours",
                "get /v1/collections/{collection}/images/{id}/verdicts",
                "get /v1/collections/{collection}/model",
                "get /v1/collections/{collection}/rebuild",
                "get /v1/collections/{collection}/settings",
                "get /v1/collections/{collection}/vocabulary",
                "post /v1/collections/{collection}/embedding",
                "post /v1/collections/{collection}/encoder",
                "post /v1/collections/{collection}/images",
                "post /v1/collections/{collection}/images/{id}/verdicts",
                "post /v1/collections/{collection}/model",
                "post /v1/collections/{collection}/model/rollback",
                "post /v1/collections/{collection}/neighbours/repair",
                "post /v1/collections/{collection}/rebuild",
                "post /v1/collections/{collection}/reindex",
                "post /v1/collections/{collection}/reindex/cancel",
                "post /v1/collections/{collection}/rollback",
                "post /v1/collections/{collection}/search",
                "post /v1/collections/{collection}/vocabulary",
                "put /v1/collections/{collection}",
                "put /v1/collections/{collection}/settings",
            ],
            operations.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_OpenAPI_document_describes_the_forms_as_forms()
    {
        var paths = (await _gateway.GetAsync("openapi/v1.json")).Body["paths"]!.AsObject()
            .ToDictionary(path => path.Key.TrimEnd('/'), path => path.Value!);
        foreach (var (path, fields) in new Dictionary<string, string[]>
        {
            ["/v1/collections/{collection}/images"] = ["externalId", "file", "labels", "timestamp", "traffic"],
            ["/v1/collections/{collection}/search"] = ["file", "labels", "limit", "mode", "rerank"],
        })
        {
            var content = paths[path]["post"]!["requestBody"]!["content"]!.AsObject();
            Assert.Equal(["application/json", "multipart/form-data"], content.Select(c => c.Key).Order(StringComparer.Ordinal));
            var form = content["multipart/form-data"]!["schema"]!;
            Assert.Equal(fields, form["properties"]!.AsObject().Select(p => p.Key).Order(StringComparer.Ordinal));
            Assert.Equal(("string", "binary"), ((string?)form["properties"]!["file"]!["type"], (string?)form["properties"]!["file"]!["format"]));
            Assert.Equal("array", (string?)form["properties"]!["labels"]!["type"]);
            Assert.Equal(["file"], form["required"]!.AsArray().Select(r => (string?)r));
            Assert.NotNull(content["application/json"]!["schema"]!["$ref"]);
        }
    }

    [Fact]
    public async Task The_OpenAPI_document_says_how_a_key_is_presented()
    {
        var document = (await _gateway.GetAsync("openapi/v1.json")).Body;

        var schemes = document["components"]!["securitySchemes"]!;
        Assert.Equal(("apiKey", "header", "X-Api-Key"), ((string?)schemes["apiKey"]!["type"], (string?)schemes["apiKey"]!["in"], (string?)schemes["apiKey"]!["name"]));
        Assert.Equal(("http", "bearer"), ((string?)schemes["bearer"]!["type"], (string?)schemes["bearer"]!["scheme"]));
        var operations = document["paths"]!.AsObject()
            .SelectMany(path => path.Value!.AsObject().Where(m => m.Key is "get" or "put" or "post" or "delete")).Select(method => method.Value!);
        Assert.All(operations, operation => Assert.Equal(
            ["apiKey", "bearer"], operation["security"]!.AsArray().SelectMany(s => s!.AsObject().Select(r => r.Key))));
    }

    [Fact]
    public async Task It_becomes_ready_once_by_its_first_inference()
    {
        // In one process the model may be warm before the first request comes in; separate processes show the 503 for certain.
        Assert.Equal([HttpStatusCode.OK], standalone.ReadinessAtStart.SkipWhile(status => status == HttpStatusCode.ServiceUnavailable));
        (await _gateway.GetAsync("health/live")).AssertOk();
        var ready = await _gateway.GetAsync("health/ready");
        Assert.Equal("Healthy", (string?)ready.Body["checks"]!["search"]!["status"]);
    }

    [Fact]
    public async Task Without_keys_everybody_on_this_machine_may_do_everything()
    {
        Assert.Equal(HttpStatusCode.Created, (await _gateway.CreateCollectionAsync("by-anybody")).Status);
    }

    [Theory]
    [InlineData("v1/collections/by-anybody")]
    [InlineData("v1/collections/never-created")]
    [InlineData("v1/nothing")]
    public async Task Every_answer_of_the_API_carries_its_security_headers(string path)
    {
        var answer = await _gateway.GetAsync(path);

        Assert.Equal("nosniff", answer.Headers["X-Content-Type-Options"]);
        Assert.Equal("no-store", answer.Headers["Cache-Control"]);
        Assert.StartsWith("default-src 'none'", answer.Headers["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.DoesNotContain("Server", answer.Headers.Keys);
    }
}
