using Pipeline.Contracts.Commands;
using Pipeline.Storage;

namespace Pipeline.Catalog;

/// <summary>
/// The updates of collections' models: one at a time in a collection, each done once. How far the latest are is kept in records of their
/// own, because it changes every second.
/// </summary>
public sealed class ModelUpdateCatalog(IStateStore store, TimeProvider time)
    : TrainingCatalog<UpdateModel, ModelUpdate>(store, time, "model-updates")
{
    private readonly IStateStore _store = store;

    /// <summary>How far an update is or came; null before its first step, or where it is forgotten.</summary>
    public Task<ModelUpdateProgress?> GetProgressAsync(string collection, Guid update, CancellationToken ct) =>
        _store.GetAsync<ModelUpdateProgress>(ProgressKey(collection, update), ct);

    /// <summary>Notes how far an update is.</summary>
    public Task SetProgressAsync(string collection, Guid update, ModelUpdateProgress progress, CancellationToken ct) =>
        _store.UpdateAsync<ModelUpdateProgress>(ProgressKey(collection, update), _ => Change.Put(progress), ct);

    /// <summary>Forgets how far those updates came that are not remembered any more.</summary>
    public async Task ForgetOldProgressAsync(string collection, CancellationToken ct)
    {
        var known = (await GetAsync(collection, ct)).Trainings.Select(update => ProgressKey(collection, update.Id)).ToHashSet();
        await foreach (var entry in _store.ScanAllAsync(ProgressTable(collection), ct: ct))
        {
            var key = new StateKey(ProgressTable(collection), entry.Id);
            if (!known.Contains(key))
            {
                await _store.UpdateAsync<ModelUpdateProgress>(key, _ => Change.Delete<ModelUpdateProgress>(), ct);
            }
        }
    }

    /// <summary>Forgets how far a collection's updates came, all of them.</summary>
    public async Task RemoveProgressAsync(string collection, CancellationToken ct)
    {
        await foreach (var entry in _store.ScanAllAsync(ProgressTable(collection), ct: ct))
        {
            await _store.UpdateAsync<ModelUpdateProgress>(new StateKey(ProgressTable(collection), entry.Id), _ => Change.Delete<ModelUpdateProgress>(), ct);
        }
    }

    /// <inheritdoc/>
    protected override string CollectionOf(UpdateModel command) => command.Collection;

    /// <inheritdoc/>
    protected override Guid IdOf(UpdateModel command) => command.CorrelationId;

    /// <inheritdoc/>
    protected override ModelUpdate Open(UpdateModel command, TrainingState state, DateTimeOffset at) =>
        new() { Id = command.CorrelationId, State = state, Command = command, At = at };

    private static string ProgressTable(string collection) => $"model-update-progress/{collection}";

    private static StateKey ProgressKey(string collection, Guid update) => new(ProgressTable(collection), update.ToString("N"));
}
