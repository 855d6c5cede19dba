using Pipeline.Storage;

namespace Pipeline.Catalog;

/// <summary>
/// What heads are called in the registry, and how far collections are in changing their model. Which model serves is said by
/// <see cref="Generation.ModelVersion"/>, and which one is about to by <see cref="Generation.Next"/>.
/// </summary>
public sealed class ModelCatalog(IStateStore store)
{
    /// <summary>Kind of the artifacts of heads, whose versions are <c>head-…</c>.</summary>
    public const string HeadKind = "head";

    /// <summary>The setting in a head's lineage that names the backbone whose trunk activations it takes.</summary>
    public const string BackboneSetting = "backbone";

    private const string Table = "model-progress";

    /// <summary>How far a collection was in changing its model when it was last looked at; null if it never did.</summary>
    public Task<ModelProgress?> GetProgressAsync(string collection, CancellationToken ct) =>
        store.GetAsync<ModelProgress>(new StateKey(Table, collection), ct);

    /// <summary>Notes how far a collection is.</summary>
    public Task SetProgressAsync(string collection, ModelProgress progress, CancellationToken ct) =>
        store.UpdateAsync<ModelProgress>(
            new StateKey(Table, collection), before => before == progress ? Change.Keep<ModelProgress>() : Change.Put(progress), ct);
}

/// <summary>How far a collection is in changing its model.</summary>
/// <param name="Generation">Number of the next generation.</param>
/// <param name="Ready">Images that have an embedding and a code of its model.</param>
/// <param name="Images">Images that are to have them.</param>
public sealed record ModelProgress(int Generation, long Ready, long Images);
