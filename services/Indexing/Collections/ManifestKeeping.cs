using Pipeline.Catalog;

namespace Pipeline.Indexing.Collections;

/// <summary>Keeps each collection's manifest as its records say, whoever changed them.</summary>
public sealed class ManifestKeeping(CollectionManifests manifests) : ICollectionChange
{
    /// <inheritdoc/>
    public Task SweepAsync(string collection, CancellationToken ct) => manifests.KeepAsync(collection, ct);
}
