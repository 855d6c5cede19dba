using System.Collections.Concurrent;
using Pipeline.Catalog;
using Pipeline.VectorIndex;

namespace Pipeline.Indexing;

/// <summary>
/// Finds the generation an image belongs to, and keeps versions apart: an image made with another model than its
/// collection's generation must not enter that generation's index, nor a code of another encoder an encoder's.
/// </summary>
public sealed class Generations(CollectionCatalog collections, IVectorIndex index)
{
    private readonly ConcurrentDictionary<string, bool> _ensured = new(StringComparer.Ordinal);

    /// <summary>The generation that serves the collection, or null before its first image, or without the collection.</summary>
    public async Task<Generation?> FindAsync(string collection, CancellationToken ct) =>
        await EnsuredAsync(collection, (await collections.GetAsync(collection, ct))?.Active, ct);

    /// <summary>As <see cref="FindAsync"/>, but as it stands now: <see cref="Generation.VocabularyVersion"/>, encoders and the generations beside it change while a generation serves.</summary>
    public async Task<Generation?> CurrentAsync(string collection, CancellationToken ct) =>
        await EnsuredAsync(collection, (await collections.GetCurrentAsync(collection, ct))?.Active, ct);

    /// <summary>
    /// As <see cref="CurrentAsync"/>, but makes sure that the indexes are there even if they were before: one that was removed behind our back is
    /// made again, empty.
    /// </summary>
    public async Task<Generation?> EnsureAnewAsync(string collection, CancellationToken ct)
    {
        var active = (await collections.GetCurrentAsync(collection, ct))?.Active;
        foreach (var name in active?.Written().SelectMany(generation => generation.IndexNames(collection)) ?? [])
        {
            _ensured.TryRemove(name, out _);
        }

        return await EnsuredAsync(collection, active, ct);
    }

    /// <summary>The first image of a collection decides its first generation.</summary>
    /// <exception cref="VersionMismatchException">Another image was faster, and of another model.</exception>
    public async Task<Generation> FirstAsync(string collection, Generation versions, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(versions);
        var active = await collections.ActivateFirstAsync(collection, versions, ct);
        if (active.ModelVersion != versions.ModelVersion)
        {
            throw new VersionMismatchException(
                $"Collection '{collection}' serves {active.ModelVersion}; the image was made with {versions.ModelVersion}.");
        }

        return (await EnsuredAsync(collection, active, ct))!;
    }

    /// <summary>Removes an index that nothing needs any more; an encoder's codes that are needed again get a new one.</summary>
    public async Task DropAsync(string name, CancellationToken ct)
    {
        _ensured.TryRemove(name, out _);
        await index.DropCollectionAsync(name, ct);
    }

    /// <summary>Names of the indexes of codes of encoders that a generation has no more.</summary>
    public async Task<IReadOnlyList<string>> RetiredCodesAsync(string collection, Generation generation, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(generation);
        var prefix = generation.CodeIndexName(collection, "");
        var used = generation.Encoders().Select(encoder => generation.CodeIndexName(collection, encoder.Version)).ToHashSet(StringComparer.Ordinal);
        return [.. (await index.ListCollectionsAsync(ct)).Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && !used.Contains(name))];
    }

    /// <summary>
    /// Names of the indexes of generations that were given up before they served, or were given up for good long enough ago: searches that
    /// began before that have ended.
    /// </summary>
    /// <param name="record">The collection, as it stands.</param>
    /// <param name="retiredIsOver">Whether that is long enough ago for generations that served.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<IReadOnlyList<string>> RetiredAsync(CollectionRecord record, bool retiredIsOver, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (record.Active is not { } active)
        {
            return [];
        }

        // A higher number is one of which this record does not know yet.
        return
        [
            .. (await index.ListCollectionsAsync(ct)).Where(name => Generation.NumberOf(record.Name, name) is { } number
                && number <= record.LastGeneration && !active.Written().Any(used => used.Number == number)
                && (number > active.Number || retiredIsOver)),
        ];
    }

    private async Task<Generation?> EnsuredAsync(string collection, Generation? active, CancellationToken ct)
    {
        foreach (var generation in active?.Written() ?? [])
        {
            await EnsureIndexAsync(generation.IndexName(collection), () => IndexSpaces.SchemaOf(generation), ct);
            foreach (var encoder in generation.Encoders())
            {
                await EnsureIndexAsync(generation.CodeIndexName(collection, encoder.Version), () => IndexSpaces.SchemaOf(encoder), ct);
            }
        }

        return active;
    }

    private async Task EnsureIndexAsync(string name, Func<CollectionSchema> schema, CancellationToken ct)
    {
        if (!_ensured.ContainsKey(name))
        {
            await index.EnsureCollectionAsync(name, schema(), ct);
            _ensured[name] = true;
        }
    }
}
