using System.Globalization;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Indexing.Words;
using Pipeline.Storage;
using Pipeline.VectorIndex;

namespace Pipeline.Indexing;

/// <summary>
/// Gathers an image's parts and, when the last one is settled, puts the image into the index: the one writer of the
/// index. Every step may happen twice.
/// </summary>
public sealed partial class ImageIndexer(ImageCatalog images, Generations generations, IVectorIndex index, IndexWrites writes, IBlobStore blobs, TimeProvider time)
{
    private const string ModelAttribute = "model";
    private const string LifeAttribute = "life";
    private const string EmbeddedAttribute = "embedded";

    /// <summary>Notes what a stage came to, and indexes the image if that was the last part.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="imageId">The image.</param>
    /// <param name="incarnation">The life the outcome is about.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="outcome">Its outcome.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>The record if the image is now in the index, else null.</returns>
    public async Task<ImageRecord?> SettleAsync(
        string collection, Guid imageId, int incarnation, string stage, StageOutcome outcome, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        ImageRecord? record;
        Generation? generation;
        using (await writes.ForImageAsync(imageId, ct))
        {
            // In the image's turn: no encoder and no model can take another's place between the look and the note.
            generation = await generations.CurrentAsync(collection, ct);
            var isWritten = stage == Stages.Hash && await WriteBesideAsync(collection, imageId, incarnation, outcome, generation, ct);
            record = await images.UpdateAsync(
                collection,
                imageId,
                r => r is not null && r.IsLive(incarnation) && FanIn.Settle(r, stage, outcome, generation) is { } settled
                    ? isWritten ? settled with { PayloadRevision = r.PayloadRevision } : settled
                    : null,
                ct);
        }

        if (record is null || !record.IsLive(incarnation))
        {
            await ForgetLateOutputAsync(record, incarnation, outcome, ct);
            return null;
        }

        return FanIn.IsComplete(record, generation) ? await IndexAsync(record, ct) : null;
    }

    /// <summary>
    /// Notes an image's visual words, and puts them into the index once the image is there. Words of a vocabulary that does not
    /// serve the collection are of no use and go.
    /// </summary>
    /// <returns>The record if the image is now in the index with them, else null.</returns>
    public async Task<ImageRecord?> SettleWordsAsync(VisualWordsExtracted words, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(words);
        var outcome = new StageOutcome { Done = true, Version = words.VocabularyVersion, FeatureKey = words.WordsKey, At = time.GetUtcNow() };
        string[] before = [];
        ImageRecord? record;
        Generation? generation;
        using (await writes.ForImageAsync(words.ImageId, ct))
        {
            // In the image's turn: the vocabulary cannot change between the look and the note.
            generation = await generations.CurrentAsync(words.Collection, ct);
            if (generation is null || !generation.Vocabularies().Any(vocabulary => vocabulary.Version == words.VocabularyVersion))
            {
                await blobs.DeleteAsync(words.WordsKey, ct);
                return null;
            }

            record = await images.UpdateAsync(
                words.Collection,
                words.ImageId,
                r =>
                {
                    before = [.. r?.Words().Select(known => known.FeatureKey!) ?? []];
                    return r is not null && r.IsLive(words.Incarnation) ? FanIn.SettleWords(r, outcome, generation) : null;
                },
                ct);
        }

        if (record is null || !record.IsLive(words.Incarnation))
        {
            await ForgetLateOutputAsync(record, words.Incarnation, outcome, ct);
            return null;
        }

        foreach (var old in before.Except(record.Words().Select(known => known.FeatureKey!)))
        {
            await blobs.DeleteAsync(old, ct);
        }

        // Whoever follows indexing learns of the words that serve.
        var indexed = FanIn.IsComplete(record, generation) ? await IndexAsync(record, ct) : null;
        return words.VocabularyVersion == generation.VocabularyVersion ? indexed : null;
    }

    /// <summary>The commands to make an image's visual words of the vocabularies of which it is to have them and has not.</summary>
    public async Task<IReadOnlyList<QuantizeImage>> WordsToMakeAsync(SiftExtracted image, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(image);
        return await generations.CurrentAsync(image.Collection, ct) is { } generation
            && await images.GetAsync(image.Collection, image.ImageId, ct) is { } record && record.IsLive(image.Incarnation)
                ? [.. generation.Vocabularies().Select(vocabulary => ImageWords.ToMake(record, vocabulary.Version)).OfType<QuantizeImage>()]
                : [];
    }

    /// <summary>
    /// Puts a complete image into the index, unless it is there already with its current payload. Several may do so at once,
    /// and a deletion may run beside them: whoever wrote looks at the record again, so the last one to write leaves the
    /// index as the record says.
    /// </summary>
    /// <returns>The record as it then stands; null if the image was deleted meanwhile, or has to wait for another code.</returns>
    public async Task<ImageRecord?> IndexAsync(ImageRecord record, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (record.Status == ImageStatus.Indexed && record.IndexedRevision == record.PayloadRevision)
        {
            return record;
        }

        if (await WriteAsync(record, ct) is not { } written)
        {
            return null;
        }

        var indexed = await images.UpdateAsync(
            record.Collection,
            record.ImageId,
            r => r is not null && r.IsLive(record.Incarnation)
                ? r with
                {
                    Status = ImageStatus.Indexed,
                    IndexedRevision = record.PayloadRevision,
                    RejectionReason = null,
                    RejectionDetail = null,
                }
                : null,
            ct);
        if (indexed is not null && indexed.IsLive(record.Incarnation))
        {
            // The payload may have grown between reading the record and writing the point.
            return indexed.IndexedRevision == indexed.PayloadRevision ? indexed : await IndexAsync(indexed, ct);
        }

        // Deleted in between: the deletion may have run before the point was written.
        if (written)
        {
            await WithdrawAsync(record.Collection, record.ImageId, ct);
        }

        return null;
    }

    /// <summary>
    /// Takes the point of a life that ended out of the index. The point has the image's id, not the life's: if a later life
    /// is complete by now, the point taken may have been its own, and is put back.
    /// </summary>
    public async Task WithdrawAsync(string collection, Guid imageId, CancellationToken ct)
    {
        using (await writes.ForImageAsync(imageId, ct))
        {
            if (await generations.CurrentAsync(collection, ct) is { } generation)
            {
                foreach (var name in generation.Written().SelectMany(of => of.IndexNames(collection)))
                {
                    await index.DeleteAsync(name, [imageId], ct);
                }
            }
        }

        await RestoreAsync(await images.GetAsync(collection, imageId, ct), ct);
    }

    /// <summary>Writes the point of a living, complete image again, whatever the record says of the index.</summary>
    public async Task RestoreAsync(ImageRecord? record, CancellationToken ct)
    {
        if (record is not null && record.IsLive(record.Incarnation) && FanIn.IsComplete(record))
        {
            await IndexAsync(record with { IndexedRevision = 0 }, ct);
        }
    }

    /// <summary>
    /// Puts an image's embedded vector into the index. One of an image that is gone, of another of its lives, made before the one
    /// that is there, or by other artifacts than the index holds, is late and of no use.
    /// </summary>
    public async Task EmbedAsync(IndexVectorEmbedded vector, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(vector);
        using var turn = await writes.ForImageAsync(vector.ImageId, ct);
        var written = (await generations.CurrentAsync(vector.Collection, ct))?.Written() ?? [];
        foreach (var generation in written.Where(of => vector.VocabularyVersion is null || vector.VocabularyVersion == of.VocabularyVersion))
        {
            if (await index.GetAsync(generation.IndexName(vector.Collection), [vector.ImageId], ct) is [var point]
                && IsOf(point, vector.Incarnation, vector.ModelVersion)
                && !(EmbeddedAt(point) is { } there && vector.MadeAt < there))
            {
                await index.UpsertAsync(
                    generation.IndexName(vector.Collection), [WithEmbedded(point, new SparseVector(vector.Indices, vector.Values), vector.MadeAt)], ct);
            }
        }
    }

    /// <summary>Writes the image's points and codes.</summary>
    /// <returns>Whether there was anything to write; null if an image that is not in the index yet lacks a code by now.</returns>
    private async Task<bool?> WriteAsync(ImageRecord record, CancellationToken ct)
    {
        // In the image's turn no vocabulary, no encoder and no model takes another's place.
        using var turn = await writes.ForImageAsync(record.ImageId, ct);
        if (await GenerationAsync(record, ct) is not { } generation || await PointAsync(record, generation, ct) is not { } point)
        {
            return false;
        }

        if (!FanIn.IsComplete(record, generation))
        {
            return null;
        }

        var whole = WithEmbeddedOf(point, await index.GetAsync(generation.IndexName(record.Collection), [record.ImageId], ct) is [var before] ? before : null, record);

        // Side by side, they share one commit.
        await Task.WhenAll([.. Writes(record, generation, whole, ct), .. generation.Beside().Select(of => WriteBesideAsync(record, generation, of, whole, ct))]);
        return true;
    }

    /// <summary>The point with the embedded vector of the one that is there, which is made from the neighbours and kept nowhere else.</summary>
    private static IndexPoint WithEmbeddedOf(IndexPoint point, IndexPoint? before, ImageRecord record) =>
        before is not null
        && before.Vectors.TryGetValue(IndexSpaces.Cie, out var embedded)
        && point.Payload.Attributes.TryGetValue(ModelAttribute, out var model)
        && IsOf(before, record.Incarnation, model)
            ? WithEmbedded(point, embedded, EmbeddedAt(before) ?? DateTimeOffset.MinValue)
            : point;

    private static DateTimeOffset? EmbeddedAt(IndexPoint point) =>
        point.Payload.Attributes.TryGetValue(EmbeddedAttribute, out var made) ? DateTimeOffset.Parse(made, CultureInfo.InvariantCulture) : null;

    private static IndexPoint WithEmbedded(IndexPoint point, VectorValue embedded, DateTimeOffset madeAt) => point with
    {
        Vectors = new Dictionary<string, VectorValue>(point.Vectors) { [IndexSpaces.Cie] = embedded },
        Payload = point.Payload with
        {
            Attributes = new Dictionary<string, string>(point.Payload.Attributes) { [EmbeddedAttribute] = madeAt.ToString("O", CultureInfo.InvariantCulture) },
        },
    };

    private static bool IsOf(IndexPoint point, int incarnation, string model) =>
        point.Payload.Attributes.GetValueOrDefault(LifeAttribute) == incarnation.ToString(CultureInfo.InvariantCulture)
        && point.Payload.Attributes.GetValueOrDefault(ModelAttribute) == model;

    private async Task ForgetLateOutputAsync(ImageRecord? record, int incarnation, StageOutcome outcome, CancellationToken ct)
    {
        // The blob was written after the deletion of its life had swept; those of a later life are elsewhere.
        var made = outcome.FeatureKey ?? (outcome.ModelVersion is { } model && record is not null
            ? BlobKeys.Cnn(record.Collection, record.ImageId, incarnation, model)
            : null);
        if (made is { } key && record?.Incarnation >= incarnation)
        {
            await blobs.DeleteAsync(key, ct);
        }
    }
}
