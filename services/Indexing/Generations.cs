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

    /// <summary>As <see cref="FindAsync"/>, but as it stands now: <see cref="Generation.VocabularyVersion"/> and the encoders change while a generation serves.</summary>
    public async Task<Generation?> CurrentAsync(string collection, CancellationToken ct) =>
        await EnsuredAsync(collection, (await collections.GetCurrentAsync(collection, ct))?.Active, ct);

    /// <summary>The serving generation for an image of these versions; the first image of a collection decides its first generation.</summary>
    /// <exception cref="VersionMismatchException">The model is not the generation's.</exception>
    public async Task<Generation> ForAsync(string collection, Generation versions, CancellationToken ct)
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

    /// <summary>Removes the index of an encoder's codes; a generation that has the encoder again gets a new one.</summary>
    public async Task DropCodesAsync(string name, CancellationToken ct)
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

    private async Task<Generation?> EnsuredAsync(string collection, Generation? active, CancellationToken ct)
    {
        if (active is not null)
        {
            await EnsureIndexAsync(active.IndexName(collection), () => IndexSpaces.SchemaOf(active), ct);
            foreach (var encoder in active.Encoders())
            {
                await EnsureIndexAsync(active.CodeIndexName(collection, encoder.Version), () => IndexSpaces.SchemaOf(encoder), ct);
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
