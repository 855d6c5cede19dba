using Pipeline.Catalog;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Queries;
using Pipeline.Hosting;
using Pipeline.Messaging;
using Pipeline.Storage;

namespace Pipeline.Gateway.Vocabularies;

/// <summary><c>/v1/collections/{collection}/vocabulary</c>: the visual words of a collection, and their training.</summary>
public static class VocabularyEndpoints
{
    private const int MaxWords = 65_536;

    /// <summary>Maps the endpoints.</summary>
    public static void MapVocabulary(this RouteGroupBuilder collection)
    {
        collection.MapPost("/vocabulary", TrainAsync).RequireAuthorization(Roles.Admin).WithTags("Vocabulary").WithName("TrainVocabulary")
            .WithSummary("Train a vocabulary of visual words on what the collection holds; it serves when it is trained.")
            .Produces<TrainingResponse>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound);
        collection.MapGet("/vocabulary", GetAsync).RequireAuthorization(Roles.Read).WithTags("Vocabulary").WithName("GetVocabulary")
            .WithSummary("The collection's vocabulary, how it was made, and the latest trainings.")
            .Produces<VocabularyResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> TrainAsync(
        string collection, IEventPublisher events, CollectionCatalog collections, VocabularyCatalog vocabularies, CancellationToken ct, TrainingRequest? request = null)
    {
        if (await collections.GetAsync(collection, ct) is null)
        {
            return Problems.UnknownCollection(collection);
        }

        if (request is { Words: < 1 or > MaxWords })
        {
            return Problems.Of(RefusalReasons.InvalidRequest, $"words must be 1 to {MaxWords}.");
        }

        var command = new TrainVocabulary { Collection = collection, Words = request?.Words, Seed = request?.Seed, CorrelationId = Guid.CreateVersion7() };
        await vocabularies.RequestAsync(command, ct);
        await events.PublishAsync(command, ct);
        return TypedResults.Accepted($"/v1/collections/{collection}/vocabulary", new TrainingResponse(command.CorrelationId));
    }

    private static async Task<IResult> GetAsync(
        string collection, CollectionCatalog collections, VocabularyCatalog vocabularies, ArtifactStore artifacts, CancellationToken ct)
    {
        if (await collections.GetAsync(collection, ct) is not { } record)
        {
            return Problems.UnknownCollection(collection);
        }

        var version = record.Active?.VocabularyVersion;
        var artifact = version is null ? null : await artifacts.GetAsync(version, ct);
        var trainings = (await vocabularies.GetAsync(collection, ct)).Trainings;
        return TypedResults.Ok(new VocabularyResponse(
            version,
            artifact?.CreatedAt,
            artifact?.Length,
            artifact?.Lineage,
            [.. trainings.Reverse().Select(t => new TrainingStatus(t.Id, Status(t.State), t.Version, t.Version is null ? null : t.Words, t.Reason, t.At))]));
    }

    private static string Status(TrainingState state) => state.ToString().ToLowerInvariant();
}

/// <summary>What a training is to make; what is not said is as configured.</summary>
public sealed record TrainingRequest
{
    /// <summary>Words of the upper level, 1 to 65,536.</summary>
    public int? Words { get; init; }

    /// <summary>Seed of the training.</summary>
    public int? Seed { get; init; }
}

/// <summary>A training was asked for.</summary>
/// <param name="Training">Its id.</param>
public sealed record TrainingResponse(Guid Training);

/// <summary>A collection's vocabulary.</summary>
/// <param name="Version">The artifact that serves; null before there is one, and while one takes another's place.</param>
/// <param name="CreatedAt">When it was trained, UTC.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Lineage">What it was made from, its settings and figures.</param>
/// <param name="Trainings">The latest trainings, latest first.</param>
public sealed record VocabularyResponse(
    string? Version, DateTimeOffset? CreatedAt, long? Bytes, ArtifactLineage? Lineage, IReadOnlyList<TrainingStatus> Trainings);

/// <summary>A training.</summary>
/// <param name="Training">Its id.</param>
/// <param name="Status"><c>requested</c>, <c>running</c>, <c>done</c> or <c>failed</c>.</param>
/// <param name="Version">The artifact that came of it.</param>
/// <param name="Words">Number of its visual words.</param>
/// <param name="Reason">Why nothing came of it.</param>
/// <param name="At">Since when, UTC.</param>
public sealed record TrainingStatus(Guid Training, string Status, string? Version, int? Words, string? Reason, DateTimeOffset At);
