using System.Collections.Frozen;
using Pipeline.Catalog;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Queries;
using Pipeline.Messaging;

namespace Pipeline.Dashboard.Collections;

/// <summary>What can be done to a collection, by the names that addresses, texts and the audit log have for it.</summary>
internal sealed class CollectionCommands(
    IServiceScopeFactory scopes,
    CollectionCatalog collections,
    ImageCatalog images,
    CollectionRebuilds rebuilds,
    ModelUpdateCatalog updates,
    EncoderCatalog encoders,
    VocabularyCatalog vocabularies)
{
    public const string Reindex = "re-index";
    public const string Cancel = "cancel-re-index";
    public const string RollBack = "roll-back";
    public const string UpdateModel = "update-model";
    public const string RollbackModel = "roll-back-model";
    public const string TrainEncoder = "train-encoder";
    public const string TrainVocabulary = "train-vocabulary";
    public const string Embed = "embed";
    public const string Repair = "repair-neighbours";
    public const string Rebuild = "rebuild";

    /// <summary>All of them by what they concern, in the order of the page.</summary>
    public static IReadOnlyList<(string Group, IReadOnlyList<string> Names)> Groups { get; } =
    [
        ("generation", [Reindex, Cancel, RollBack]), ("model", [UpdateModel, RollbackModel]), ("learning", [TrainEncoder, TrainVocabulary, Embed]), ("repair", [Repair, Rebuild]),
    ];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Groups.SelectMany(group => group.Names)];

    private const string Asked = "Asked for at the dashboard.";

    private static readonly FrozenSet<string> Known = Names.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Why it cannot be done now, a stable code; null where it can.</summary>
    public static string? Objection(string name, CollectionRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return name switch
        {
            Reindex when record.Active is null => RefusalReasons.NoReindex,
            Reindex when record.Active.Next is not null => RefusalReasons.ReindexUnderWay,
            Cancel when record.Active?.Next is null => RefusalReasons.NoReindex,
            RollBack when record.Active?.Kept is null => RefusalReasons.NoPreviousGeneration,
            UpdateModel when record.Active?.Next is not null => RefusalReasons.ModelChanging,
            RollbackModel when record.Active?.Next is null && record.Previous is null => RefusalReasons.NoPreviousModel,
            _ => Known.Contains(name) ? null : RefusalReasons.InvalidRequest,
        };
    }

    /// <summary>Deletes a collection. It is gone at once, before its traces are: in the catalog the deletion goes on by itself, whatever the bus remembers.</summary>
    public async Task DeleteAsync(string collection, CancellationToken ct)
    {
        var command = new DeleteCollection { Collection = collection, CorrelationId = Guid.CreateVersion7() };
        await collections.BeginDeletionAsync(collection, command.CorrelationId, await images.CountLivingAsync(collection, ct), ct);
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IEventPublisher>().PublishAsync(command, ct);
    }

    /// <summary>Asks for it. Trainings are noted before, so that they survive even a bus that forgets.</summary>
    public async Task PublishAsync(string name, CollectionRecord record, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(record);
        await using var scope = scopes.CreateAsyncScope();
        var events = scope.ServiceProvider.GetRequiredService<IEventPublisher>();
        var (collection, id) = (record.Name, Guid.CreateVersion7());
        switch (name)
        {
            case Reindex:
                await events.PublishAsync(new ReindexCollection { Collection = collection, Reason = Asked, CorrelationId = id }, ct);
                break;
            case Cancel:
                await events.PublishAsync(new CancelReindex { Collection = collection, Generation = record.Active?.Next?.Number, Reason = Asked, CorrelationId = id }, ct);
                break;
            case RollBack:
                await events.PublishAsync(new RollbackCollection { Collection = collection, Generation = record.Active?.Number, Reason = Asked, CorrelationId = id }, ct);
                break;
            case UpdateModel:
                var update = new Contracts.Commands.UpdateModel { Collection = collection, CorrelationId = id };
                await updates.RequestAsync(update, ct);
                await events.PublishAsync(update, ct);
                break;
            case RollbackModel:
                var given = record.Active?.Next ?? record.Active;
                await events.PublishAsync(new Contracts.Commands.RollbackModel { Collection = collection, ModelVersion = given?.ModelVersion, CorrelationId = id }, ct);
                break;
            case TrainEncoder:
                var encoder = new Contracts.Commands.TrainEncoder { Collection = collection, CorrelationId = id };
                await encoders.RequestAsync(encoder, ct);
                await events.PublishAsync(encoder, ct);
                break;
            case TrainVocabulary:
                var vocabulary = new Contracts.Commands.TrainVocabulary { Collection = collection, CorrelationId = id };
                await vocabularies.RequestAsync(vocabulary, ct);
                await events.PublishAsync(vocabulary, ct);
                break;
            case Embed:
                await events.PublishAsync(new EmbedCollection { Collection = collection, CorrelationId = id }, ct);
                break;
            case Repair:
                await events.PublishAsync(new RepairNeighbours { Collection = collection, CorrelationId = id }, ct);
                break;
            case Rebuild:
                await rebuilds.RequestAsync(collection, id, ct);
                await events.PublishAsync(new RebuildCollection { Collection = collection, CorrelationId = id }, ct);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such command.");
        }
    }
}
