using MassTransit;
using Pipeline.Catalog;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Queries;
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
            .WithSummary("Create a collection; creating one that exists succeeds.")
            .Produces<CollectionResponse>().Produces<CollectionResponse>(StatusCodes.Status201Created).ProducesProblem(StatusCodes.Status400BadRequest);
        collection.MapGet("/", GetAsync).RequireAuthorization(Roles.Read).WithTags("Collections").WithName("GetCollection")
            .WithSummary("A collection, its counts and versions.")
            .Produces<CollectionResponse>().ProducesProblem(StatusCodes.Status404NotFound);
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
        string collection, IBus bus, CollectionCatalog collections, ImageCatalog images, CancellationToken ct)
    {
        var response = await bus.CreateRequestClient<CreateCollection>(Timeout)
            .GetResponse<CollectionCreated, RequestRefused>(new CreateCollection { Collection = collection }, ct);
        if (response.Is(out Response<RequestRefused>? refused))
        {
            return Problems.Of(refused.Message.Reason, refused.Message.Detail);
        }

        var body = await DescribeAsync(collection, collections, images, ct);
        return response.Is(out Response<CollectionCreated>? made) && made.Message.Created
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
        if (await collections.GetAsync(name, ct) is not { } record)
        {
            return null;
        }

        var counts = new Dictionary<string, long>();
        foreach (var status in (ImageStatus[])[ImageStatus.Processing, ImageStatus.Indexed, ImageStatus.Rejected])
        {
            counts[status.ToString().ToLowerInvariant()] = await images.CountAsync(name, status, ct);
        }

        return new CollectionResponse(name, record.CreatedAt, counts, record.Active);
    }
}

/// <summary>A collection.</summary>
/// <param name="Name">Its name.</param>
/// <param name="CreatedAt">When it was created, UTC.</param>
/// <param name="Images">Number of images by status.</param>
/// <param name="Active">The generation that serves search, once there is one.</param>
public sealed record CollectionResponse(string Name, DateTimeOffset CreatedAt, IReadOnlyDictionary<string, long> Images, Generation? Active);
