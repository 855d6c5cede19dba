using Pipeline.Catalog;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Queries;
using Pipeline.Hosting;
using Pipeline.Messaging;

namespace Pipeline.Gateway.Generations;

/// <summary>The generations of a collection: all of them, a re-index, its end before its time, and the way back.</summary>
public static class GenerationEndpoints
{
    /// <summary>Maps the endpoints.</summary>
    public static void MapGenerations(this RouteGroupBuilder collection)
    {
        collection.MapGet("/generations", GetAsync).RequireAuthorization(Roles.Read).WithTags("Generations").WithName("GetGenerations")
            .WithSummary("Every generation of the collection: its versions and state, how far it is while it is filled, what its verification found, and when it was begun, served and retired.")
            .Produces<GenerationsResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound);
        collection.MapPost("/reindex", ReindexAsync).RequireAuthorization(Roles.Admin).WithTags("Generations").WithName("ReindexCollection")
            .WithSummary("Fill a next generation from what is stored of the images, verify it and let it serve; with the versions that serve already it is a fresh index.")
            .Produces<GenerationChangeResponse>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        collection.MapPost("/reindex/cancel", CancelAsync).RequireAuthorization(Roles.Admin).WithTags("Generations").WithName("CancelReindex")
            .WithSummary("Give the generation up that is being filled; the one that serves goes on.")
            .Produces<GenerationChangeResponse>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        collection.MapPost("/rollback", RollBackAsync).RequireAuthorization(Roles.Admin).WithTags("Generations").WithName("RollbackCollection")
            .WithSummary("Let the previous generation serve again at once, with all that was uploaded and deleted since; it is kept for a day unless configured otherwise.")
            .Produces<GenerationChangeResponse>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> GetAsync(string collection, CollectionCatalog collections, CancellationToken ct)
    {
        // The log first: what it does not know yet the record tells.
        var log = await collections.GetGenerationsAsync(collection, ct);
        var progress = await collections.GetProgressAsync(collection, ct);
        return await collections.GetCurrentAsync(collection, ct) is { } record
            ? TypedResults.Ok(GenerationsResponse.Of(record, log, progress))
            : Problems.UnknownCollection(collection);
    }

    private static Task<IResult> ReindexAsync(
        string collection, IEventPublisher events, CollectionCatalog collections, CancellationToken ct, ReindexRequest? request = null) =>
        CollectionCommands.AskAsync(
            collection,
            collections,
            record => record.Active is not { } active ? Problems.Of(RefusalReasons.NoReindex, "Nothing is indexed in the collection yet.")
                : active.Next is { } next ? Problems.Of(RefusalReasons.ReindexUnderWay, $"Generation {next.Number} is being filled; a re-index can begin after that.")
                : null,
            async (_, change) =>
            {
                var command = new ReindexCollection
                {
                    Collection = collection,
                    ModelVersion = request?.ModelVersion,
                    EncoderVersion = request?.EncoderVersion,
                    Bits = request?.Bits,
                    VocabularyVersion = request?.VocabularyVersion,
                    Reason = request?.Reason,
                    CorrelationId = change,
                };
                await events.PublishAsync(command, ct);
                return Accepted(collection, change, null);
            },
            ct);

    private static Task<IResult> CancelAsync(
        string collection, IEventPublisher events, CollectionCatalog collections, CancellationToken ct, GiveUpRequest? request = null) =>
        CollectionCommands.AskAsync(
            collection,
            collections,
            record => record.Active?.Next is null ? Problems.Of(RefusalReasons.NoReindex, "No generation is being filled.") : null,
            async (record, change) =>
            {
                var number = record.Active!.Next!.Number;
                await events.PublishAsync(new CancelReindex { Collection = collection, Generation = number, Reason = request?.Reason, CorrelationId = change }, ct);
                return Accepted(collection, change, number);
            },
            ct);

    private static Task<IResult> RollBackAsync(
        string collection, IEventPublisher events, CollectionCatalog collections, CancellationToken ct, GiveUpRequest? request = null) =>
        CollectionCommands.AskAsync(
            collection,
            collections,
            record => record.Active?.Kept is null ? Problems.Of(RefusalReasons.NoPreviousGeneration, "No generation is kept to go back to.") : null,
            async (record, change) =>
            {
                var number = record.Active!.Number;
                await events.PublishAsync(new RollbackCollection { Collection = collection, Generation = number, Reason = request?.Reason, CorrelationId = change }, ct);
                return Accepted(collection, change, number);
            },
            ct);

    private static IResult Accepted(string collection, Guid change, int? generation) =>
        TypedResults.Accepted($"/v1/collections/{collection}/generations", new GenerationChangeResponse(change, generation));
}
