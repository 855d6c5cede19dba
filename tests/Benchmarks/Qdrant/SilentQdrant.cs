using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Benchmarks.Qdrant;

/// <summary>
/// Answers as Qdrant does, at once and always the same: what is left to measure is our own work. Reads each request to its end, as a server
/// must, and looks into none.
/// </summary>
internal sealed class SilentQdrant : IAsyncDisposable
{
    private readonly WebApplication _app;
    private long _bytes;

    private SilentQdrant(WebApplication app, Uri url)
    {
        _app = app;
        Url = url;
    }

    public Uri Url { get; }

    /// <summary>Bytes of all bodies so far, received and sent.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <param name="dimensions">Of the dense space <c>cnn</c>.</param>
    /// <param name="bits">Of the space of codes <c>hash</c>.</param>
    /// <param name="hits">Points of every answer to a search.</param>
    /// <param name="batch">Searches of every batch.</param>
    public static async Task<SilentQdrant> StartAsync(int dimensions, int bits, int hits, int batch)
    {
        var url = new Uri($"http://127.0.0.1:{FreePort.Find()}");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url.ToString());
        var server = new SilentQdrant(builder.Build(), url);
        var points = new JsonObject { ["points"] = new JsonArray([.. Enumerable.Range(0, hits).Select(Point)]) };
        server.Map("GET", "/collections/c", Info(dimensions, bits));
        server.Map("PUT", "/collections/c/index", Done());
        server.Map("PUT", "/collections/c/points", Done());
        server.Map("POST", "/collections/c/points/query", points);
        server.Map("POST", "/collections/c/points/query/batch", new JsonArray([.. Enumerable.Range(0, batch).Select(_ => points.DeepClone())]));
        await server._app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private void Map(string method, string path, JsonNode result)
    {
        var answer = Encoding.UTF8.GetBytes(new JsonObject { ["result"] = result.DeepClone(), ["status"] = "ok", ["time"] = 0.0 }.ToJsonString());
        _app.MapMethods(path, [method], async context =>
        {
            var received = 0L;
            while (true)
            {
                var read = await context.Request.BodyReader.ReadAsync();
                received += read.Buffer.Length;
                context.Request.BodyReader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    break;
                }
            }

            Interlocked.Add(ref _bytes, received + answer.Length);
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = answer.Length;
            await context.Response.Body.WriteAsync(answer);
        });
    }

    private static JsonObject Done() => new() { ["operation_id"] = 1, ["status"] = "completed" };

    /// <summary>Best first, and no two alike: no limit ever falls among equals.</summary>
    private static JsonObject Point(int rank) => new()
    {
        ["id"] = Guid.NewGuid().ToString(),
        ["version"] = 1,
        ["score"] = -2f * rank,
        ["payload"] = new JsonObject
        {
            ["tenant"] = "default",
            ["labels"] = new JsonArray("holiday", "beach"),
            ["external_ids"] = new JsonArray($"camera-7/{rank:0000}.jpg"),
            ["attributes"] = new JsonObject { ["life"] = "1", ["model"] = "backbone-0123456789abcdef" },
        },
    };

    private static JsonObject Info(int dimensions, int bits) => new()
    {
        ["status"] = "green",
        ["payload_schema"] = new JsonObject { ["tenant"] = new JsonObject(), ["labels"] = new JsonObject() },
        ["config"] = new JsonObject
        {
            ["params"] = new JsonObject
            {
                ["vectors"] = new JsonObject
                {
                    ["cnn"] = new JsonObject { ["size"] = dimensions, ["distance"] = "Cosine" },
                    ["hash"] = new JsonObject { ["size"] = bits, ["distance"] = "Dot" },
                },
                ["sparse_vectors"] = new JsonObject { ["sift"] = new JsonObject() },
            },
        },
    };
}
