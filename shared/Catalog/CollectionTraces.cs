using Pipeline.Storage;

namespace Pipeline.Catalog;

/// <summary>
/// All that a collection leaves behind in the stores, its index aside. A removal may break off anywhere, be done twice, and by two processes at
/// once: what is gone stays gone.
/// </summary>
public sealed class CollectionTraces(
    IStateStore store,
    IBlobStore blobs,
    CollectionCatalog collections,
    CollectionManifests manifests,
    ImageCatalog images,
    UploadCatalog uploads,
    BlobReferences references,
    NeighbourhoodCatalog neighbourhoods,
    VocabularyCatalog vocabularies,
    EncoderCatalog encoders,
    ModelUpdateCatalog updates,
    ArtifactStore artifacts)
{
    private const int ImagesAtOnce = 200;
    private const int Parallel = 8;

    /// <summary>Tables with one record of each collection, under its name, that no catalog of their own removes.</summary>
    private static readonly string[] Tables = ["generations", "generation-progress", "neighbour-repairs", "rebuilds"];

    /// <summary>Tables with one counter of each collection, under its name.</summary>
    private static readonly string[] Counters = ["model-evidence"];

    /// <summary>Removes all that is there of a collection that is being deleted, but its record.</summary>
    /// <param name="collection">Its name.</param>
    /// <param name="deletion">The deletion.</param>
    /// <param name="ct">Cancels.</param>
    public async Task RemoveAsync(string collection, Guid deletion, CancellationToken ct)
    {
        // First what the collection could be rebuilt from: it must not come back in part.
        await manifests.KeepAsync(collection, ct);
        await blobs.DeleteAllAsync(BlobKeys.ManifestsPrefix(collection), ct);
        await RemoveTrainingsAsync(collection, deletion, ct);
        await RemoveImagesAsync(collection, deletion, ct);
        await neighbourhoods.RemoveAllAsync(collection, ct);
        await uploads.RemoveAllAsync(collection, blobs, ct);
        await references.ReleaseAllAsync(collection, ct);
        var records = new StateTransaction();
        foreach (var table in Tables)
        {
            records.Delete(new StateKey(table, collection));
        }

        foreach (var table in Counters)
        {
            records.Reset(new StateKey(table, collection));
        }

        await store.TryCommitAsync(records, ct);
        await RemoveArtifactsAsync(ct);
        foreach (var prefix in (string[])[BlobKeys.FeaturesPrefix(collection), BlobKeys.ModelUpdatesPrefix(collection), BlobKeys.ManifestsPrefix(collection)])
        {
            await blobs.DeleteAllAsync(prefix, ct);
        }
    }

    private async Task RemoveTrainingsAsync(string collection, Guid deletion, CancellationToken ct)
    {
        DateTimeOffset?[] held =
        [
            await vocabularies.RemoveAsync(collection, ct), await encoders.RemoveAsync(collection, ct), await updates.RemoveAsync(collection, ct),
        ];
        await updates.RemoveProgressAsync(collection, ct);
        if (held.Max() is { } until)
        {
            await collections.AdvanceDeletionAsync(
                collection, deletion, before => before.HeldUntil >= until ? before : before with { HeldUntil = until }, ct);
        }
    }

    private async Task RemoveImagesAsync(string collection, Guid deletion, CancellationToken ct)
    {
        while (await images.SomeAsync(collection, ImagesAtOnce, ct) is { Count: > 0 } some)
        {
            // Before their records go: the next collection of the name begins above all of them.
            var highest = some.Max(image => image.Incarnation);
            await collections.AdvanceDeletionAsync(
                collection, deletion, before => before.HighestIncarnation >= highest ? before : before with { HighestIncarnation = highest }, ct);
            await System.Threading.Tasks.Parallel.ForEachAsync(
                some,
                new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = ct },
                async (image, token) =>
                {
                    if (image.ContentHash.Length > 0)
                    {
                        await references.ReleaseAsync(image.ContentHash, collection, image.ImageId, int.MaxValue, token);
                    }

                    await images.ForgetAsync(collection, image.ImageId, token);
                });
        }
    }

    /// <summary>Removes what was trained on collections that are gone, unless another one uses it.</summary>
    private async Task RemoveArtifactsAsync(CancellationToken ct)
    {
        var all = await collections.ListAsync(ct);
        var names = all.Select(record => record.Name).ToHashSet(StringComparer.Ordinal);
        var used = all.SelectMany(VersionsOf).ToHashSet(StringComparer.Ordinal);
        await foreach (var artifact in artifacts.ListAllAsync(ct))
        {
            // One that only the catalog has lost is still to be rebuilt, with its artifacts.
            if (artifact.Lineage.Collection is { } trainedOn && !names.Contains(trainedOn) && !used.Contains(artifact.Version)
                && !await manifests.ExistsAsync(trainedOn, ct))
            {
                await artifacts.RemoveAsync(artifact.Version, ct);
            }
        }
    }

    private static IEnumerable<string?> VersionsOf(CollectionRecord record)
    {
        foreach (var generation in (Generation?[])[.. record.Active?.Written() ?? [], record.Previous])
        {
            yield return generation?.ModelVersion;
            yield return generation?.QueryModelVersion;
            yield return generation?.EncoderVersion;
            yield return generation?.NextEncoder?.Version;
            yield return generation?.VocabularyVersion;
        }

        yield return record.Settings.Encoder.Version;
        yield return record.Settings.Vocabulary.Version;
    }
}
