using MassTransit;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Hosting;
using Pipeline.Messaging;

namespace Pipeline.Gateway.Collections;

/// <summary><c>/v1/collections</c>.</summary>
public static class CollectionEndpoints
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    /// <summary>Maps the endpoints that concern one collection.</summary>
    public static void MapCollection(this RouteGroupBuilder collection)
    {
        collection.MapPut("/", CreateAsync).RequireAuthorization(Roles.Admin).WithTags("Collections").WithName("CreateCollection")
            .WithSummary("Create a collection, with settings of its own if the body has some; creating one that exists succeeds and leaves its settings.")
            .Accepts<CollectionSettings>(isOptional: true, "application/json")
            .Produces<CollectionResponse>().Produces<CollectionResponse>(StatusCodes.Status201Created).ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status409Conflict);
        collection.MapGet("/", GetAsync).RequireAuthorization(Roles.Read).WithTags("Collections").WithName("GetCollection")
            .WithSummary("A collection, its settings, counts and versions; of one that is being deleted, since when.")
            .Produces<CollectionResponse>().ProducesProblem(StatusCodes.Status404NotFound);
        collection.MapDelete("/", DeleteAsync).RequireAuthorization(Roles.Admin).WithTags("Collections").WithName("DeleteCollection")
            .WithSummary("Delete a collection and all traces of it; it is gone at once to everybody, and its name is free when nothing of it is left.")
            .Produces(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status404NotFound);
        collection.MapPost("/rebuild", RebuildAsync).RequireAuthorization(Roles.Admin).WithTags("Collections").WithName("RebuildCollection")
            .WithSummary("Restore from the blob store what catalog and index lost of the collection.")
            .Produces(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status404NotFound);
        collection.MapGet("/rebuild", GetRebuildAsync).RequireAuthorization(Roles.Read).WithTags("Collections").WithName("GetRebuild")
            .WithSummary("How far the latest rebuild is.")
            .Produces<RebuildResponse>().ProducesProblem(StatusCodes.Status404NotFound);
        collection.MapPost("/embedding", EmbedAsync).RequireAuthorization(Roles.Admin).WithTags("Collections").WithName("EmbedCollection")
            .WithSummary("Embed all CNN vectors anew by what SIFT sees, in as many rounds as help; images get one round as they arrive.")
            .Produces(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status404NotFound);
        collection.MapPost("/neighbours/repair", RepairAsync).RequireAuthorization(Roles.Admin).WithTags("Collections").WithName("RepairNeighbours")
            .WithSummary("Compare all stored neighbours with the index and mend what differs; it also happens once a day.")
            .Produces(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static Task<IResult> EmbedAsync(string collection, IEventPublisher events, CollectionCatalog collections, CancellationToken ct) =>
        CommandAsync(collection, new EmbedCollection { Collection = collection, CorrelationId = Guid.CreateVersion7() }, events, collections, ct);

    private static Task<IResult> RepairAsync(string collection, IEventPublisher events, CollectionCatalog collections, CancellationToken ct) =>
        CommandAsync(collection, new RepairNeighbours { Collection = collection, CorrelationId = Guid.CreateVersion7() }, events, collections, ct);

    private static async Task<IResult> DeleteAsync(
        string collection, IEventPublisher events, CollectionCatalog collections, ImageCatalog images, CollectionManifests manifests, CancellationToken ct)
    {
        if (await collections.FindAsync(collection, ct) is null && !await manifests.ExistsAsync(collection, ct))
        {
            return Problems.UnknownCollection(collection);
        }

        // In the catalog before the caller is answered: from then on it goes on by itself, whatever the bus remembers.
        var command = new DeleteCollection { Collection = collection, CorrelationId = Guid.CreateVersion7() };
        await collections.BeginDeletionAsync(collection, command.CorrelationId, await images.CountLivingAsync(collection, ct), ct);
        await events.PublishAsync(command, ct);
        return TypedResults.Accepted($"/v1/collections/{collection}");
    }

    private static async Task<IResult> RebuildAsync(
        string collection, IEventPublisher events, CollectionCatalog collections, CollectionManifests manifests, CollectionRebuilds rebuilds, CancellationToken ct)
    {
        // A collection that the catalog has lost is what it is for.
        if (await collections.GetCurrentAsync(collection, ct) is null && !await manifests.ExistsAsync(collection, ct))
        {
            return Problems.UnknownCollection(collection);
        }

        var command = new RebuildCollection { Collection = collection, CorrelationId = Guid.CreateVersion7() };
        await rebuilds.RequestAsync(collection, command.CorrelationId, ct);
        await events.PublishAsync(command, ct);
        return TypedResults.Accepted($"/v1/collections/{collection}/rebuild");
    }

    private static async Task<IResult> GetRebuildAsync(string collection, CollectionRebuilds rebuilds, CancellationToken ct) =>
        await rebuilds.GetAsync(collection, ct) is { } rebuild
            ? TypedResults.Ok(RebuildResponse.Of(rebuild))
            : Problems.Of(Problems.NotFound, "The collection was never rebuilt.");

    private static async Task<IResult> CommandAsync<TCommand>(
        string collection, TCommand command, IEventPublisher events, CollectionCatalog collections, CancellationToken ct)
        where TCommand : class
    {
        if (await collections.GetAsync(collection, ct) is null)
        {
            return Problems.UnknownCollection(collection);
        }

        await events.PublishAsync(command, ct);
        return TypedResults.Accepted($"/v1/collections/{collection}");
    }

    private static async Task<IResult> CreateAsync(
        string collection, HttpRequest request, IBus bus, CollectionCatalog collections, ImageCatalog images, CancellationToken ct)
    {
        var settings = request.HasJsonContentType() ? await request.ReadFromJsonAsync<CollectionSettings>(ct) : null;
        var made = await bus.AskAsync<CreateCollection, CollectionCreated>(new CreateCollection { Collection = collection, Settings = settings }, Timeout, ct);
        var body = await DescribeAsync(collection, collections, images, ct);
        return made.Created
            ? TypedResults.Created($"/v1/collections/{collection}", body)
            : TypedResults.Ok(body);
    }

    private static async Task<IResult> GetAsync(string collection, CollectionCatalog collections, ImageCatalog images, CancellationToken ct) =>
        await DescribeAsync(collection, collections, images, ct) is { } body
            ? TypedResults.Ok(body)
            : Problems.UnknownCollection(collection);

    private static async Task<CollectionResponse?> DescribeAsync(
        string name, CollectionCatalog collections, ImageCatalog images, CancellationToken ct)
    {
        if (await collections.FindAsync(name, ct) is not { } record)
        {
            return null;
        }

        var counts = new Dictionary<string, long>();
        foreach (var status in (ImageStatus[])[ImageStatus.Processing, ImageStatus.Indexed, ImageStatus.Rejected])
        {
            counts[status.ToString().ToLowerInvariant()] = await images.CountAsync(name, status, ct);
        }

        return new CollectionResponse(name, record.CreatedAt, counts, record.Active)
        {
            Settings = record.Settings,
            SettingsRevision = record.SettingsRevision,
            DeletingSince = record.Deletion?.At,
        };
    }
}
