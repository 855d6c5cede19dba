using Pipeline.Catalog;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Queries;
using Pipeline.Hosting;
using Pipeline.Messaging;
using Pipeline.Storage;

namespace Pipeline.Gateway.Models;

/// <summary><c>/v1/collections/{collection}/model</c>: the CNN model of a collection, and the way back to the one before, and updates by what was mined.</summary>
public static class ModelEndpoints
{
    /// <summary>Maps the endpoints.</summary>
    public static void MapModel(this RouteGroupBuilder collection)
    {
        collection.MapGet("/model", GetAsync).RequireAuthorization(Roles.Read).WithTags("Model").WithName("GetModel")
            .WithSummary("The collection's CNN model and how it was made, the one that is to follow and how many images have an embedding of it, the one that served before, and the latest updates with their losses and figures.")
            .Produces<ModelResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound);
        collection.MapPost("/model", UpdateAsync).RequireAuthorization(Roles.Admin).WithTags("Model").WithName("UpdateModel")
            .WithSummary("Update the CNN model by the pairs that were mined in the collection; the new one serves if it passes its gate, once every image is indexed with it.")
            .Produces<ModelUpdateResponse>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        collection.MapPost("/model/rollback", RollBackAsync).RequireAuthorization(Roles.Admin).WithTags("Model").WithName("RollbackModel")
            .WithSummary("Let the previous model serve again, once every image is indexed with it; while a model is about to serve, give that one up instead.")
            .Produces<ModelChangeResponse>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> GetAsync(
        string collection, CollectionCatalog collections, ModelUpdateCatalog updates, ArtifactStore artifacts, CancellationToken ct)
    {
        if (await collections.GetCurrentAsync(collection, ct) is not { } record)
        {
            return Problems.UnknownCollection(collection);
        }

        if (record.Active is not { } active)
        {
            return TypedResults.Ok(new ModelResponse { Updates = await UpdatesAsync(collection, updates, ct) });
        }

        var artifact = await artifacts.GetAsync(active.ModelVersion, ct);
        return TypedResults.Ok(new ModelResponse
        {
            Version = active.ModelVersion,
            QueryVersion = active.QueryModelVersion,
            Backbone = active.Backbone,
            Dimensions = active.Dimensions,
            Generation = active.Number,
            ServesSince = record.SwitchedAt,
            CreatedAt = artifact?.CreatedAt,
            Bytes = artifact?.Length,
            Lineage = artifact?.Lineage,
            Next = active.Next is { } next ? NextModel.Of(next, record.LatestModelChange, await collections.GetProgressAsync(collection, ct)) : null,
            Previous = record.Previous?.ModelVersion,
            Updates = await UpdatesAsync(collection, updates, ct),
        });
    }

    private static async Task<IReadOnlyList<ModelUpdateStatus>> UpdatesAsync(string collection, ModelUpdateCatalog updates, CancellationToken ct)
    {
        var known = (await updates.GetAsync(collection, ct)).Trainings;
        var progress = await Task.WhenAll(known.Select(update => updates.GetProgressAsync(collection, update.Id, ct)));
        return [.. known.Zip(progress, ModelUpdateStatus.Of).Reverse()];
    }

    private static Task<IResult> UpdateAsync(
        string collection, IEventPublisher events, CollectionCatalog collections, ModelUpdateCatalog updates, CancellationToken ct, ModelUpdateRequest? request = null) =>
        CollectionCommands.AskAsync(
            collection,
            collections,
            record => record.Active?.Next is { } next
                ? Problems.Of(RefusalReasons.ModelChanging, $"{next.ModelVersion} is about to serve the collection; an update can begin after that.")
                : null,
            async (_, change) =>
            {
                var command = new UpdateModel { Collection = collection, Seed = request?.Seed, CorrelationId = change };
                await updates.RequestAsync(command, ct);
                await events.PublishAsync(command, ct);
                return TypedResults.Accepted($"/v1/collections/{collection}/model", new ModelUpdateResponse(change));
            },
            ct);

    private static Task<IResult> RollBackAsync(string collection, IEventPublisher events, CollectionCatalog collections, CancellationToken ct) =>
        CollectionCommands.AskAsync(
            collection,
            collections,
            record => GivenUp(record) is null ? Problems.Of(RefusalReasons.NoPreviousModel, "No model served before the present one, and none is about to serve.") : null,
            async (record, change) =>
            {
                var given = GivenUp(record)!;
                await events.PublishAsync(new RollbackModel { Collection = collection, ModelVersion = given.ModelVersion, CorrelationId = change }, ct);
                return TypedResults.Accepted($"/v1/collections/{collection}/model", new ModelChangeResponse(change, given.ModelVersion));
            },
            ct);

    /// <summary>The model that a roll-back gives up: the one that is to follow, or the present one if another served before it.</summary>
    private static Generation? GivenUp(CollectionRecord record) => record.Active?.Next ?? (record.Previous is null ? null : record.Active);
}
