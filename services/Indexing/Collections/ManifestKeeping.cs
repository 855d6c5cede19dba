using System.Collections.Concurrent;
using Pipeline.Catalog;

namespace Pipeline.Indexing.Collections;

/// <summary>Keeps each collection's manifest as its records say, whoever changed them.</summary>
public sealed class ManifestKeeping(CollectionManifests manifests) : ICollectionChange
{
    private readonly ConcurrentDictionary<string, string> _kept = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public async Task SweepAsync(string collection, CancellationToken ct)
    {
        var now = await manifests.FingerprintAsync(collection, ct);
        if (_kept.GetValueOrDefault(collection) != now)
        {
            await manifests.KeepAsync(collection, ct);
            _kept[collection] = now;
        }
    }
}
