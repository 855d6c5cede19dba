using System.Collections.Concurrent;
using Pipeline.Catalog;
using Pipeline.VectorIndex;

namespace Pipeline.Indexing;

/// <summary>
/// Finds the generation an image belongs to, and keeps versions apart: an image made with other artifacts than its
/// collection's generation must not enter that generation's index.
/// </summary>
public sealed class Generations(CollectionCatalog collections, IVectorIndex index)
{
    private readonly ConcurrentDictionary<string, bool> _ensured = new(StringComparer.Ordinal);

    /// <summary>The generation that serves the collection, or null before its first image, or without the collection.</summary>
    public async Task<Generation?> FindAsync(string collection, CancellationToken ct) =>
        await EnsuredAsync(collection, (await collections.GetAsync(collection, ct))?.Active, ct);

    /// <summary>As <see cref="FindAsync"/>, but as it stands now: <see cref="Generation.VocabularyVersion"/> changes while a generation serves.</summary>
    public async Task<Generation?> CurrentAsync(string collection, CancellationToken ct) =>
        await EnsuredAsync(collection, (await collections.GetCurrentAsync(collection, ct))?.Active, ct);

    /// <summary>The serving generation for an image of these versions; the first image of a collection decides its first generation.</summary>
    /// <exception cref="VersionMismatchException">The versions are not the generation's.</exception>
    public async Task<Generation> ForAsync(string collection, Generation versions, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(versions);
        var active = await collections.ActivateFirstAsync(collection, versions, ct);
        if (active.ModelVersion != versions.ModelVersion || active.EncoderVersion != versions.EncoderVersion)
        {
            throw new VersionMismatchException(
                $"Collection '{collection}' serves {active.ModelVersion} and {active.EncoderVersion}; the image was made with {versions.ModelVersion} and {versions.EncoderVersion}.");
        }

        await EnsureIndexAsync(collection, active, ct);
        return active;
    }

    private async Task<Generation?> EnsuredAsync(string collection, Generation? active, CancellationToken ct)
    {
        if (active is not null)
        {
            await EnsureIndexAsync(collection, active, ct);
        }

        return active;
    }

    private async Task EnsureIndexAsync(string collection, Generation generation, CancellationToken ct)
    {
        var name = generation.IndexName(collection);
        if (!_ensured.ContainsKey(name))
        {
            await index.EnsureCollectionAsync(name, IndexSpaces.SchemaOf(generation), ct);
            _ensured[name] = true;
        }
    }
}
