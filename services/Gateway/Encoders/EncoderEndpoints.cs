using Pipeline.Catalog;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Messaging;
using Pipeline.Storage;

namespace Pipeline.Gateway.Encoders;

/// <summary><c>/v1/collections/{collection}/encoder</c>: the hash encoder of a collection, and the training of better ones.</summary>
public static class EncoderEndpoints
{
    private const int LeastBits = 16;
    private const int MostBits = 256;
    private const int MostMethods = 64;

    /// <summary>Maps the endpoints.</summary>
    public static void MapEncoder(this RouteGroupBuilder collection)
    {
        collection.MapPost("/encoder", TrainAsync).RequireAuthorization(Roles.Admin).WithTags("Encoder").WithName("TrainEncoder")
            .WithSummary("Train hash encoders on what the collection holds; the best serves if it is better than the present one, once every image has its code.")
            .Produces<EncoderTrainingResponse>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound);
        collection.MapGet("/encoder", GetAsync).RequireAuthorization(Roles.Read).WithTags("Encoder").WithName("GetEncoder")
            .WithSummary("The collection's hash encoder, how it was made, the one that is to follow, and the latest trainings with the figures of all candidates.")
            .Produces<EncoderResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> TrainAsync(
        string collection, IEventPublisher events, CollectionCatalog collections, EncoderCatalog encoders, CancellationToken ct, EncoderTrainingRequest? request = null)
    {
        if (await collections.GetAsync(collection, ct) is null)
        {
            return Problems.UnknownCollection(collection);
        }

        if (request?.Bits is { } bits && (bits is < LeastBits or > MostBits || bits % 8 != 0))
        {
            return Problems.Of(TrainingReasons.InvalidBits, $"bits must be a multiple of 8 from {LeastBits} to {MostBits}.");
        }

        if (request?.Methods is { } methods && (methods.Count is 0 or > MostMethods || methods.Any(string.IsNullOrWhiteSpace)))
        {
            return Problems.Of(TrainingReasons.UnknownMethod, $"methods must be 1 to {MostMethods} names.");
        }

        var command = new TrainEncoder
        {
            Collection = collection,
            Bits = request?.Bits,
            Methods = request?.Methods,
            Seed = request?.Seed,
            CorrelationId = Guid.CreateVersion7(),
        };
        await encoders.RequestAsync(command, ct);
        await events.PublishAsync(command, ct);
        return TypedResults.Accepted($"/v1/collections/{collection}/encoder", new EncoderTrainingResponse(command.CorrelationId));
    }

    private static async Task<IResult> GetAsync(
        string collection, CollectionCatalog collections, EncoderCatalog encoders, ArtifactStore artifacts, CancellationToken ct)
    {
        if (await collections.GetCurrentAsync(collection, ct) is not { } record)
        {
            return Problems.UnknownCollection(collection);
        }

        var active = record.Active;
        var artifact = active is null ? null : await artifacts.GetAsync(active.EncoderVersion, ct);
        var trainings = (await encoders.GetAsync(collection, ct)).Trainings;
        return TypedResults.Ok(new EncoderResponse(
            active?.EncoderVersion,
            active?.Bits,
            active?.NextEncoder?.Version,
            artifact?.CreatedAt,
            artifact?.Length,
            artifact?.Lineage,
            [.. trainings.Reverse().Select(EncoderTrainingStatus.Of)]));
    }
}
