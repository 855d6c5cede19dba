using System.Collections.Concurrent;
using System.Text.Json;
using MassTransit;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Storage;
using Pipeline.VectorIndex;

namespace Pipeline.Indexing.Collections;

/// <summary>
/// Restores a collection from what the blob store holds of it: the registry's and the collection's records, then part by part the images' records, of
/// which each goes through the stages again, which make only what is not stored; and the points that the index lost of images whose records are there.
/// </summary>
public sealed partial class CollectionRebuilding(
    CollectionCatalog collections,
    CollectionManifests collectionManifests,
    CollectionRebuilds rebuilds,
    ImageCatalog images,
    ImageManifests manifests,
    ImageRestoration restoration,
    VocabularyCatalog vocabularies,
    ReferenceCompletion references,
    ArtifactStore artifacts,
    Generations generations,
    ImageIndexer indexer,
    IVectorIndex index,
    IBlobStore blobs,
    ILogger<CollectionRebuilding> logger)
{
    private const int AtOnce = 8;

    /// <summary>Does the next part of a rebuild.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="id">The rebuild.</param>
    /// <param name="publisher">Hears of the images.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>Whether there is another part to do.</returns>
    public async Task<bool> TurnAsync(string collection, Guid id, IPublishEndpoint publisher, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(publisher);
        if (!await IsThereAsync(collection, id, publisher, ct))
        {
            LogNone(logger, collection);
            return false;
        }

        var begun = await rebuilds.BeginAsync(collection, id, ct);
        if (begun.Finished)
        {
            await references.TryCompleteAsync(ct);
            await TellAsync(collection, begun, publisher, ct);
            return false;
        }

        var found = await RebuildAsync(collection, begun.Shard, publisher, ct);
        var now = await rebuilds.AdvanceAsync(collection, begun, found, ct);
        if (now is { Finished: true } && now.Id == id)
        {
            await references.TryCompleteAsync(ct);
            LogDone(logger, collection, now.Found.Images, now.Found.Restored, now.Found.Reindexed, now.Found.Damaged);
            await TellAsync(collection, now, publisher, ct);
        }

        return now is { Finished: false } && now.Id == id;
    }

    private async Task<bool> IsThereAsync(string collection, Guid id, IPublishEndpoint publisher, CancellationToken ct)
    {
        if (await collections.GetCurrentAsync(collection, ct) is not null && await rebuilds.GetAsync(collection, ct) is { IsBegun: true } rebuild && rebuild.Id == id)
        {
            return true;
        }

        var registered = await artifacts.RestoreAsync(ct);
        if (await collectionManifests.RestoreAsync(collection, ct) is not { Deletion: null } record)
        {
            return false;
        }

        // The manifest may be of the moment between a training's end and its vocabulary's service.
        var trained = await vocabularies.GetAsync(collection, ct);
        if (record.Active is { VocabularyVersion: null } && trained.Serving is { } serving && trained.Find(serving) is { Version: { } version } training)
        {
            await publisher.Publish(
                new VocabularyPublished { Collection = collection, VocabularyVersion = version, Words = training.Words, CorrelationId = serving }, ct);
        }

        // What this process knew to be there may be what was lost.
        await generations.EnsureAnewAsync(collection, ct);
        LogBegun(logger, collection, registered);
        return true;
    }

    private async Task<RebuildFound> RebuildAsync(string collection, int shard, IPublishEndpoint publisher, CancellationToken ct)
    {
        // Images of a time in which no manifests were written get theirs.
        await foreach (var image in images.ShardAsync(collection, shard, ct))
        {
            await manifests.KeepAsync(image, ct);
        }

        var names = new List<string>();
        await foreach (var blob in blobs.ListAsync(BlobKeys.ManifestsPrefix(collection, shard), ct))
        {
            names.Add(blob.Key);
        }

        // Of several lives of an image the latest first: it takes over what the others say.
        var results = new ConcurrentQueue<RebuildFound>();
        await Parallel.ForEachAsync(
            names.Select(name => (Name: name, Life: BlobKeys.ParseManifest(name))).GroupBy(manifest => manifest.Life?.ImageId),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct },
            async (lives, token) =>
            {
                foreach (var (name, _) in lives.OrderByDescending(manifest => manifest.Life?.Incarnation))
                {
                    results.Enqueue(await RebuildAsync(name, publisher, token));
                }
            });
        return results.Aggregate(new RebuildFound(0, 0, 0, 0), RebuildFound.Add);
    }

    private async Task<RebuildFound> RebuildAsync(string key, IPublishEndpoint publisher, CancellationToken ct)
    {
        ImageManifest manifest;
        try
        {
            if (await blobs.TryReadAsync(key, ct) is not { } stored)
            {
                return new(0, 0, 0, 0);
            }

            manifest = ImageManifest.Parse(stored);
        }
        catch (JsonException e)
        {
            LogDamaged(logger, e, key);
            return new(1, 0, 0, 1);
        }

        var (record, isRestored) = await restoration.RestoreAsync(manifest, ct);
        if (record.Status == ImageStatus.Processing)
        {
            // Whether it was lost or only what was said of it: the stages take it up where it stands.
            await publisher.Publish(ImageEvents.Accepted(record) with { Traffic = TrafficClass.Bulk }, ct);
            return new(1, isRestored ? 1 : 0, 0, 0);
        }

        if (record.Status == ImageStatus.Indexed && await generations.CurrentAsync(record.Collection, ct) is { } generation
            && await IsLostAsync(record, generation, ct))
        {
            await indexer.RestoreAsync(record, ct);
            if (await images.GetAsync(record.Collection, record.ImageId, ct) is { Status: ImageStatus.Indexed } indexed)
            {
                // What others made of its place among its neighbours went with its point.
                await publisher.Publish(ImageEvents.Indexed(indexed with { Traffic = TrafficClass.Bulk }, generation), ct);
            }

            return new(1, 0, 1, 0);
        }

        return new(1, 0, 0, 0);
    }

    /// <summary>Whether the index misses one of the points that the image is to have, or holds that of another time.</summary>
    private async Task<bool> IsLostAsync(ImageRecord record, Generation generation, CancellationToken ct)
    {
        foreach (var written in generation.Written())
        {
            // One that is still to have a code of another generation comes into its index when it has it.
            if (written != generation && record.Stages.GetValueOrDefault(Stages.Cnn) is { Done: true } && record.CodeOf(written, written.EncoderVersion) is null)
            {
                continue;
            }

            var (name, codes) = (written.IndexName(record.Collection), written.Encoders().Where(encoder => record.CodeOf(written, encoder.Version) is not null));
            if (await index.GetAsync(name, [record.ImageId], ct) is [])
            {
                return true;
            }

            foreach (var encoder in codes)
            {
                if (await index.GetAsync(written.CodeIndexName(record.Collection, encoder.Version), [record.ImageId], ct) is [])
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static Task TellAsync(string collection, CollectionRebuild rebuild, IPublishEndpoint publisher, CancellationToken ct) =>
        publisher.Publish(
            new CollectionRebuilt
            {
                Collection = collection,
                Images = rebuild.Found.Images,
                Restored = rebuild.Found.Restored,
                Reindexed = rebuild.Found.Reindexed,
                Damaged = rebuild.Found.Damaged,
                CorrelationId = rebuild.Id,
            },
            ct);

    [LoggerMessage(Level = LogLevel.Information, Message = "Rebuilding {Collection} from its blobs; {Artifacts} lost artifacts are in the registry again")]
    private static partial void LogBegun(ILogger logger, string collection, int artifacts);

    [LoggerMessage(Level = LogLevel.Information, Message = "Went through the blobs of {Collection}: {Images} images, of which {Restored} are restored and {Reindexed} are in the index again; {Damaged} manifests are damaged")]
    private static partial void LogDone(ILogger logger, string collection, long images, long restored, long reindexed, long damaged);

    [LoggerMessage(Level = LogLevel.Warning, Message = "There is nothing to rebuild {Collection} from, or it is being deleted")]
    private static partial void LogNone(ILogger logger, string collection);

    [LoggerMessage(Level = LogLevel.Error, Message = "The manifest {Key} is damaged; its image is not restored")]
    private static partial void LogDamaged(ILogger logger, Exception exception, string key);
}
