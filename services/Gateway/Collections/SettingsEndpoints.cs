using System.Text.Json;
using System.Text.Json.Nodes;
using MassTransit;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Queries;
using Pipeline.Hosting;
using Pipeline.Messaging;

namespace Pipeline.Gateway.Collections;

/// <summary><c>/v1/collections/{collection}/settings</c>.</summary>
public static class SettingsEndpoints
{
    private const string MergePatch = "application/merge-patch+json";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    /// <summary>Maps the endpoints.</summary>
    public static void MapSettings(this RouteGroupBuilder collection)
    {
        collection.MapGet("/settings", GetAsync).RequireAuthorization(Roles.Read).WithTags("Collections").WithName("GetSettings")
            .WithSummary("What the collection wants otherwise than configured.")
            .Produces<SettingsResponse>().ProducesProblem(StatusCodes.Status404NotFound);
        collection.MapPut("/settings", PutAsync).RequireAuthorization(Roles.Admin).WithTags("Collections").WithName("PutSettings")
            .WithSummary("Give the collection these settings in place of those it has; with a revision only if they are still of that one.")
            .Produces<SettingsResponse>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        collection.MapPatch("/settings", PatchAsync).RequireAuthorization(Roles.Admin).WithTags("Collections").WithName("PatchSettings")
            .WithSummary("Change some settings: a JSON merge patch (RFC 7396), in which null takes a setting back to what is configured.")
            .Accepts<CollectionSettings>("application/json", MergePatch)
            .Produces<SettingsResponse>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> GetAsync(string collection, CollectionCatalog collections, CancellationToken ct) =>
        await collections.GetCurrentAsync(collection, ct) is { } record
            ? TypedResults.Ok(new SettingsResponse(record.Settings, record.SettingsRevision))
            : Problems.UnknownCollection(collection);

    private static Task<IResult> PutAsync(string collection, CollectionSettings settings, IBus bus, CancellationToken ct, int? revision = null) =>
        ConfigureAsync(collection, settings, revision, bus, ct);

    private static async Task<IResult> PatchAsync(
        string collection, HttpRequest request, IBus bus, CollectionCatalog collections, IOptions<JsonOptions> json, CancellationToken ct, int? revision = null)
    {
        if (await collections.GetCurrentAsync(collection, ct) is not { } record)
        {
            return Problems.UnknownCollection(collection);
        }

        CollectionSettings? settings;
        try
        {
            // Read whatever the media type: curl and browsers name it as they like, and nothing else is taken here.
            var patch = await JsonNode.ParseAsync(request.Body, cancellationToken: ct);
            settings = Merge(JsonSerializer.SerializeToNode(record.Settings, json.Value.SerializerOptions), patch).Deserialize<CollectionSettings>(json.Value.SerializerOptions);
        }
        catch (JsonException e)
        {
            return Problems.Of(RefusalReasons.InvalidRequest, e.Message);
        }

        return settings is null
            ? Problems.Of(RefusalReasons.InvalidRequest, "The body must be an object.")
            : await ConfigureAsync(collection, settings, revision ?? record.SettingsRevision, bus, ct);
    }

    private static async Task<IResult> ConfigureAsync(string collection, CollectionSettings settings, int? revision, IBus bus, CancellationToken ct)
    {
        var done = await bus.AskAsync<ConfigureCollection, CollectionConfigured>(
            new ConfigureCollection { Collection = collection, Settings = settings, ExpectedRevision = revision }, Timeout, ct);
        return TypedResults.Ok(new SettingsResponse(done.Settings, done.Revision));
    }

    /// <summary>RFC 7396.</summary>
    private static JsonNode? Merge(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes)
        {
            return patch?.DeepClone();
        }

        var merged = target as JsonObject ?? [];
        foreach (var (name, value) in changes)
        {
            if (value is null)
            {
                merged.Remove(name);
            }
            else
            {
                var before = merged[name];
                merged.Remove(name);
                merged[name] = Merge(before, value);
            }
        }

        return merged;
    }
}
