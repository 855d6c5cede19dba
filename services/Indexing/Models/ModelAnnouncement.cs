using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Indexing.Codes;
using Pipeline.Messaging;
using Pipeline.Storage;

namespace Pipeline.Indexing.Models;

/// <summary>
/// After a model took another's place: says of every image that it is indexed, with the versions that serve now, so that neighbours and pairs
/// are mined anew; and removes the embeddings of models that will not serve again. What was not ended is done again.
/// </summary>
public sealed class ModelAnnouncement(
    CollectionCatalog collections, ImageCatalog images, Generations generations, IndexWrites writes, IBlobStore blobs, IServiceScopeFactory scopes)
{
    /// <summary>Images that are announced side by side.</summary>
    private const int AtOnce = 16;

    /// <summary>Announces a collection's images, if that is still to be done.</summary>
    public async Task AnnounceAsync(CollectionRecord collection, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(collection);
        if (!collection.IsUnannounced && collection.RetiredModels.Count == 0)
        {
            return;
        }

        await using var scope = scopes.CreateAsyncScope();
        var events = scope.ServiceProvider.GetRequiredService<IEventPublisher>();
        await Parallel.ForEachAsync(
            images.LivingAsync(collection.Name, ct),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct },
            async (image, token) =>
            {
                await AnnounceAsync(image, collection.IsUnannounced ? events : null, token);
                await ForgetAsync(image, collection.RetiredModels, token);
            });
        await collections.TryNoteAnnouncedAsync(collection.Name, collection, ct);
    }

    /// <summary>
    /// Notes what of an image is of the model that serves; so no code is left of one whose embeddings go. Without <paramref name="events"/> that is
    /// all.
    /// </summary>
    private async Task AnnounceAsync(ImageRecord image, IEventPublisher? events, CancellationToken ct)
    {
        Generation? generation;
        ImageRecord? record;
        using (await writes.ForImageAsync(image.ImageId, ct))
        {
            generation = await generations.CurrentAsync(image.Collection, ct);
            record = generation is null
                ? null
                : await images.UpdateAsync(
                    image.Collection, image.ImageId, r => r is not null && r.IsLive(image.Incarnation) ? FanIn.Adopt(r, generation) : null, ct);
        }

        // One that is not in the index yet is announced when it is.
        if (events is not null && record is { Status: ImageStatus.Indexed } && record.IsLive(image.Incarnation))
        {
            await events.PublishAsync(ImageEvents.Indexed(record with { Traffic = TrafficClass.Bulk }, generation), ct);
            if (generation!.NextEncoder is { } encoder && ImageCodes.Lacks(record, generation, Stages.NextHash))
            {
                await events.PublishAsync(
                    ImageCodes.Command(record.ToHeader(), generation.ModelVersion, encoder.Version) with { Traffic = TrafficClass.Bulk }, ct);
            }
        }
    }

    private async Task ForgetAsync(ImageRecord image, IReadOnlyList<string> models, CancellationToken ct)
    {
        if (models.Count == 0)
        {
            return;
        }

        // In the image's turn none of them can become the next one between the look and the removal.
        using var turn = await writes.ForImageAsync(image.ImageId, ct);
        foreach (var model in models.Intersect((await collections.GetCurrentAsync(image.Collection, ct))?.RetiredModels ?? []))
        {
            await blobs.DeleteAsync(BlobKeys.Cnn(image.Collection, image.ImageId, image.Incarnation, model), ct);
        }
    }
}
