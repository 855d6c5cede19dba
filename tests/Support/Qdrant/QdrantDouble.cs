using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Pipeline.Tests.Support.Qdrant;

/// <summary>
/// Stands in for a Qdrant server where there is none: its REST interface, as far as it is used here, on a private port of this machine, with
/// everything in memory. Where the real server is free to choose, the double chooses what is hardest on its client: equal scores come in no
/// order of ids, a search that need not be exact leaves points out, and writes that are not waited for come late.
/// </summary>
public sealed class QdrantDouble : IAsyncDisposable
{
    private readonly QdrantStore _store = new();
    private readonly ConcurrentQueue<QdrantExchange> _exchanges = new();
    private readonly X509Certificate2? _certificate;
    private WebApplication? _app;

    private QdrantDouble(string apiKey, X509Certificate2? certificate)
    {
        ApiKey = apiKey;
        _certificate = certificate;
        Url = new Uri($"{(certificate is null ? "http" : "https")}://127.0.0.1:{FreePort.Find()}");
    }

    /// <summary>Where it listens; the same for its whole life.</summary>
    public Uri Url { get; }

    /// <summary>The key that it asks for; empty for none. May be changed while it serves.</summary>
    public string ApiKey { get; set; }

    /// <summary>What goes wrong.</summary>
    public QdrantFaults Faults { get; } = new();

    /// <summary>Requests and answers so far, refused ones included, in their order.</summary>
    public IReadOnlyCollection<QdrantExchange> Exchanges => _exchanges;

    /// <summary>Starts one.</summary>
    /// <param name="apiKey">The key that it asks for; empty for none.</param>
    /// <param name="certificate">What it shows of itself; null for no TLS.</param>
    public static async Task<QdrantDouble> StartAsync(string apiKey = "", X509Certificate2? certificate = null)
    {
        var server = new QdrantDouble(apiKey, certificate);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Ends it in the middle of whatever it does; what it holds stays.</summary>
    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _app, null) is { } app)
        {
            using var atOnce = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
            await app.StopAsync(atOnce.Token);
            await app.DisposeAsync();
        }
    }

    /// <summary>Starts it again, at the same address and with what it held.</summary>
    public async Task StartAgainAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = 32 << 20;
            kestrel.Listen(IPAddress.Loopback, Url.Port, endpoint =>
            {
                if (_certificate is not null)
                {
                    endpoint.UseHttps(_certificate);
                }
            });
        });
        _app = builder.Build();
        foreach (var route in QdrantRoutes.All)
        {
            _app.MapMethods(route.Template, [route.Method], context => AnswerAsync(context, route));
        }

        await _app.StartAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task AnswerAsync(HttpContext context, QdrantRoute route)
    {
        var clock = Stopwatch.StartNew();
        if (!IsAllowed(context.Request, out var status, out var refusal))
        {
            // This the real server says in plain text.
            context.Response.StatusCode = status;
            await context.Response.WriteAsync(refusal);
            return;
        }

        JsonNode? body = null;
        JsonNode? result = null;
        JsonNode answer;
        try
        {
            if (Faults.Delay > TimeSpan.Zero)
            {
                await Task.Delay(Faults.Delay, context.RequestAborted);
            }

            if (Faults.Refusal is { } refused)
            {
                throw new QdrantError(refused, "Service internal error: out of order");
            }

            if (route.IsWrite && Faults.IsFull)
            {
                throw new QdrantError(
                    HttpStatusCode.InternalServerError,
                    "Service internal error: No space left on device: WAL buffer size exceeds available disk space");
            }

            if (context.Request.HasFormContentType)
            {
                var form = await context.Request.ReadFormAsync(context.RequestAborted);
                var files = await Task.WhenAll(form.Files.Select(async file => KeyValuePair.Create(file.Name, (JsonNode?)await ReadAsync(file))));
                result = route.Handle(_store, new QdrantCall(context.Request, new JsonObject(files)));
            }
            else
            {
                if (context.Request.ContentLength > 0)
                {
                    body = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
                }

                result = route.Handle(_store, new QdrantCall(context.Request, body));
            }

            answer = new JsonObject { ["result"] = result, ["status"] = "ok", ["time"] = clock.Elapsed.TotalSeconds };
        }
        catch (QdrantError e)
        {
            context.Response.StatusCode = (int)e.Status;
            answer = Error(e.Message, clock);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or NullReferenceException)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            answer = Error($"Format error in JSON body: {e.Message}", clock);
        }

        if (Faults.TakeBroken())
        {
            context.Abort();
            return;
        }

        var isFile = route.AnswersFile && context.Response.StatusCode == StatusCodes.Status200OK;
        var text = answer.ToJsonString();
        _exchanges.Enqueue(new QdrantExchange(
            route.Method,
            route.Template,
            context.Request.Path + context.Request.QueryString,
            context.Request.Query.ToDictionary(parameter => parameter.Key, parameter => parameter.Value.ToString()),
            body,
            context.Response.StatusCode,
            isFile ? null : JsonNode.Parse(text)));
        if (isFile)
        {
            context.Response.ContentType = "application/octet-stream";
            await context.Response.Body.WriteAsync(Convert.FromBase64String((string)result!));
            return;
        }

        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(text);
    }

    private static async Task<string> ReadAsync(IFormFile file)
    {
        using var bytes = new MemoryStream();
        await file.CopyToAsync(bytes);
        return Convert.ToBase64String(bytes.ToArray());
    }

    private bool IsAllowed(HttpRequest request, out int status, out string refusal)
    {
        var key = request.Headers["api-key"].ToString();
        (status, refusal) = key.Length == 0
            ? (StatusCodes.Status401Unauthorized, "Must provide an API key or an Authorization bearer token")
            : (StatusCodes.Status403Forbidden, "Invalid API key or JWT");
        return ApiKey.Length == 0 || key == ApiKey;
    }

    private static JsonObject Error(string message, Stopwatch clock) =>
        new() { ["status"] = new JsonObject { ["error"] = message }, ["time"] = clock.Elapsed.TotalSeconds };
}
