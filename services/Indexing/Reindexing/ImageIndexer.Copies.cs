using Pipeline.Catalog;
using Pipeline.VectorIndex;

namespace Pipeline.Indexing;

/// <content>Many images at once, into the next generation's index.</content>
public sealed partial class ImageIndexer
{
    /// <summary>
    /// Puts images into the next generation's index, from what is stored of them. Their points are put together outside their turns, so that
    /// live writes hardly wait; what changed meanwhile is put together again.
    /// </summary>
    /// <param name="collection">The collection.</param>
    /// <param name="found">The images as they were found; those that are gone, incomplete, or lack a code by now are passed over.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>How many were written.</returns>
    /// <exception cref="FileNotFoundException">The stored features of a living image are gone.</exception>
    public async Task<int> CopyToNextAsync(string collection, IReadOnlyList<ImageRecord> found, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(found);
        if (found.Count == 0 || await generations.CurrentAsync(collection, ct) is not { Next: { } expected })
        {
            return 0;
        }

        var prepared = await Task.WhenAll(found.Select(async image => (Image: image, Point: await StoredPointAsync(image, expected, ct))));
        Guid[] ids = [.. found.Select(image => image.ImageId)];
        using var turns = await writes.ForImagesAsync(ids, ct);
        if (await generations.CurrentAsync(collection, ct) is not { Next: { } next } generation || next.Number != expected.Number)
        {
            return 0;
        }

        var embedded = next.SharesVectors(generation)
            ? (await index.GetAsync(generation.IndexName(collection), ids, ct)).ToDictionary(point => point.Id)
            : [];
        var records = await images.GetManyAsync(collection, ids, ct);
        var points = new List<IndexPoint>(ids.Length);
        var codes = new List<IndexPoint>(ids.Length);
        for (var i = 0; i < records.Count; i++)
        {
            if (records[i] is not { } record || !record.IsLive(record.Incarnation) || !FanIn.IsComplete(record, generation) || !FanIn.IsReadyFor(record, next))
            {
                continue;
            }

            var isAsFound = record.UpdatedAt == prepared[i].Image.UpdatedAt && record.Incarnation == prepared[i].Image.Incarnation && next.SharesVectors(expected);
            if ((isAsFound ? prepared[i].Point : await PointAsync(record, next, ct)) is { } point)
            {
                points.Add(WithEmbeddedOf(point, embedded.GetValueOrDefault(record.ImageId), record));
                if (CodePoint(record, next, new EncoderChoice(next.EncoderVersion, next.Bits), point) is { } code)
                {
                    codes.Add(code);
                }
            }
        }

        await Task.WhenAll(
            index.UpsertAsync(next.IndexName(collection), points, ct),
            codes.Count == 0 ? Task.CompletedTask : index.UpsertAsync(next.CodeIndexName(collection, next.EncoderVersion), codes, ct));
        return points.Count;
    }

    /// <summary>Takes points out of the next generation's index whose images are gone.</summary>
    /// <returns>How many of them were not gone.</returns>
    public async Task<int> ClearNextAsync(string collection, IReadOnlyList<Guid> ids, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(ids);
        using var turns = await writes.ForImagesAsync(ids, ct);
        if (await generations.CurrentAsync(collection, ct) is not { Next: { } next })
        {
            return 0;
        }

        var records = await images.GetManyAsync(collection, ids, ct);
        Guid[] gone = [.. ids.Where((_, i) => records[i] is not { } record || !record.IsLive(record.Incarnation))];
        foreach (var name in next.IndexNames(collection))
        {
            await index.DeleteAsync(name, gone, ct);
        }

        return ids.Count - gone.Length;
    }

    /// <summary>The image's point; null if it has none, or is gone by now with its features.</summary>
    private async Task<IndexPoint?> StoredPointAsync(ImageRecord image, Generation of, CancellationToken ct)
    {
        try
        {
            return FanIn.IsReadyFor(image, of) && FanIn.IsComplete(image) ? await PointAsync(image, of, ct) : null;
        }
        catch (FileNotFoundException)
        {
            if (await images.GetAsync(image.Collection, image.ImageId, ct) is { } now && now.IsLive(image.Incarnation))
            {
                throw;
            }

            return null;
        }
    }
}
