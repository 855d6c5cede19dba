using System.Runtime.CompilerServices;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Storage;

namespace Pipeline.Catalog;

/// <summary>
/// The uploads and what became of them. The image's record is written before its upload counts as handled, so a
/// crash in between only has the upload handled again, which changes nothing.
/// </summary>
public sealed class UploadCatalog(IStateStore store, ImageCatalog images, TimeProvider time)
{
    private const string Table = "uploads";
    private const int WaitingPage = 500;
    private static readonly StateKey Waiting = new("upload-status", "received");

    /// <summary>The upload's record, or null.</summary>
    public Task<UploadRecord?> GetAsync(Guid uploadId, CancellationToken ct) =>
        store.GetAsync<UploadRecord>(Key(uploadId), ct);

    /// <summary>
    /// Notes an upload before its event is published; one that is known already is left as it is.
    /// </summary>
    /// <param name="upload">The event, with an upload id.</param>
    /// <param name="imageId">The image it will be, where the bytes are known already.</param>
    /// <param name="ct">Cancels.</param>
    public Task ReceiveAsync(ImageUploaded upload, Guid? imageId, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(upload);
        var uploadId = upload.UploadId ?? throw new ArgumentException("The upload has no id.", nameof(upload));
        var now = time.GetUtcNow();
        return store.UpdateAsync<UploadRecord>(
            Key(uploadId),
            before => before is not null
                ? Change.Keep<UploadRecord>()
                : Change.Put(
                    new UploadRecord
                    {
                        UploadId = uploadId,
                        Status = UploadStatus.Received,
                        Event = upload,
                        Collection = upload.Collection,
                        Tenant = upload.Tenant,
                        ImageId = imageId,
                        UpdatedAt = now,
                    },
                    transaction =>
                    {
                        transaction.AddToSorted(Waiting, Member(uploadId), now.ToUnixTimeMilliseconds());
                        if (imageId is { } image)
                        {
                            transaction.Put(WaitingImageKey(image), new WaitingImage(uploadId));
                        }
                    }),
            ct);
    }

    /// <summary>The upload that waits to become this image, or null.</summary>
    public async Task<UploadRecord?> FindWaitingAsync(Guid imageId, CancellationToken ct) =>
        await store.GetAsync<WaitingImage>(WaitingImageKey(imageId), ct) is { } image
        && await GetAsync(image.UploadId, ct) is { Status: UploadStatus.Received } waiting
            ? waiting
            : null;

    /// <summary>Uploads that were noted and not yet handled, oldest first.</summary>
    public async IAsyncEnumerable<UploadRecord> ListWaitingAsync([EnumeratorCancellation] CancellationToken ct)
    {
        ScoredMember? after = null;
        while (true)
        {
            var members = await store.RangeAsync(Waiting, new SortedRange { After = after, Limit = WaitingPage }, ct);
            StateKey[] keys = [.. members.Select(m => new StateKey(Table, m.Member))];
            var records = await store.GetManyAsync(keys, ct);
            for (var i = 0; i < keys.Length; i++)
            {
                if (records[i] is { } record)
                {
                    yield return StateJson.Read<UploadRecord>(keys[i], record);
                }
            }

            if (members.Count < WaitingPage)
            {
                yield break;
            }

            after = members[^1];
        }
    }

    /// <summary>Removes all that is known of uploads to a collection, and the objects of those that wait.</summary>
    public async Task RemoveAllAsync(string collection, IBlobStore blobs, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(blobs);
        await foreach (var entry in store.ScanAllAsync(Table, ct: ct))
        {
            var upload = StateJson.Read<UploadRecord>(new StateKey(Table, entry.Id), entry.Record);
            if (upload.Collection == collection)
            {
                if (upload.Event?.Source?.ObjectKey is { } key && BlobKeys.IsIncoming(key))
                {
                    await blobs.DeleteAsync(key, ct);
                }

                await ForgetAsync(upload.UploadId, ct);
            }
        }
    }

    private Task ForgetAsync(Guid uploadId, CancellationToken ct) =>
        store.UpdateAsync<UploadRecord>(
            Key(uploadId),
            before => before is null
                ? Change.Keep<UploadRecord>()
                : Change.Delete<UploadRecord>(transaction =>
                {
                    transaction.RemoveFromSorted(Waiting, Member(uploadId));
                    if (before.ImageId is { } image)
                    {
                        transaction.Delete(WaitingImageKey(image));
                    }
                }),
            ct);

    /// <summary>The life that an upload of the image's bytes would now begin or join.</summary>
    /// <exception cref="ImageBusyException">The image is being deleted at this moment; trying later helps.</exception>
    public async Task<int> NextLifeAsync(CollectionRecord collection, Guid imageId, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(collection);
        return LifeAfter(await images.GetAsync(collection.Name, imageId, ct), imageId, collection.FirstIncarnation);
    }

    /// <summary>
    /// The upload's bytes are an acceptable image: creates its record, adds the upload's names and labels to the one
    /// there is, or gives a deleted or rejected image a new life.
    /// </summary>
    /// <param name="uploadId">The upload.</param>
    /// <param name="upload">Its event.</param>
    /// <param name="image">What is known of the bytes.</param>
    /// <param name="incarnation">The life for which the bytes are kept, as <see cref="NextLifeAsync"/> answered.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>
    /// The image's record. If it is rejected, the collection had as many images as it may have by then: the life is over before it began, and
    /// the upload is still to be refused.
    /// </returns>
    /// <exception cref="ImageBusyException">The image or its collection is being deleted, or was meanwhile; trying again helps.</exception>
    public async Task<ImageRecord> AcceptAsync(Guid uploadId, ImageUploaded upload, AcceptedContent image, int incarnation, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(upload);
        ArgumentNullException.ThrowIfNull(image);
        var now = time.GetUtcNow();
        var record = (await images.UpdateWithinLimitAsync(
            upload.Collection,
            image.ImageId,
            (before, collection) => LifeAfter(before, image.ImageId, collection.FirstIncarnation) != incarnation
                ? throw new ImageBusyException($"Image {image.ImageId} was deleted while it was uploaded again.")
                : before is null || before.Incarnation != incarnation ? NewLife() : Merge(before, upload),
            (before, most) => Refused(
                image.ImageId, upload.Collection, upload.Tenant, incarnation, uploadId, RejectionReasons.CollectionFull, $"The collection has as many images as it may, {most}.", before?.CreatedAt ?? now),
            ct))!;
        if (record.Status == ImageStatus.Rejected)
        {
            return record;
        }

        await SettleAsync(uploadId, upload.Collection, upload.Tenant, UploadStatus.Accepted, image.ImageId, reason: null, detail: null, ct);
        return record;

        ImageRecord NewLife() => new()
        {
            ImageId = image.ImageId,
            Collection = upload.Collection,
            Tenant = upload.Tenant,
            Status = ImageStatus.Processing,
            Incarnation = incarnation,
            ContentHash = image.ContentHash,
            BlobKey = BlobKeys.Image(image.ContentHash),
            Format = image.Format,
            Width = image.Width,
            Height = image.Height,
            Bytes = image.Bytes,
            ExternalIds = upload.ExternalId is { } name ? [name] : [],
            Labels = [.. upload.Labels.Distinct(StringComparer.Ordinal)],
            CorrelationId = uploadId,
            Traffic = upload.Traffic,
            CreatedAt = now,
            Timestamp = upload.Timestamp,
        };
    }

    /// <summary>The upload is refused for good.</summary>
    /// <param name="rejected">The rejection, with an upload id.</param>
    /// <param name="collectionExists">Whether the rejection is to be listed among a collection's images too.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="ImageBusyException">There is no such collection any more.</exception>
    public async Task RejectAsync(ImageRejected rejected, bool collectionExists, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(rejected);
        var uploadId = rejected.UploadId ?? throw new ArgumentException("The rejection names no upload.", nameof(rejected));
        if (collectionExists)
        {
            var now = time.GetUtcNow();
            var imageId = rejected.ImageId ?? uploadId;
            await images.UpdateInAsync(
                rejected.Collection,
                imageId,
                (before, collection) => before is null or { Status: ImageStatus.Rejected or ImageStatus.Deleted }
                    ? Refused(
                        imageId, rejected.Collection, rejected.Tenant, before?.Incarnation ?? collection.FirstIncarnation, rejected.CorrelationId, rejected.Reason, rejected.Detail, before?.CreatedAt ?? now)
                    : null,
                ct);
        }

        await SettleAsync(uploadId, rejected.Collection, rejected.Tenant, UploadStatus.Rejected, rejected.ImageId, rejected.Reason, rejected.Detail, ct);
    }

    /// <summary>Notes again which upload brought an image that was restored.</summary>
    public Task RestoreAsync(ImageRecord image, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(image);
        return image.CorrelationId == Guid.Empty
            ? Task.CompletedTask
            : SettleAsync(image.CorrelationId, image.Collection, image.Tenant, UploadStatus.Accepted, image.ImageId, reason: null, detail: null, ct);
    }

    private Task SettleAsync(
        Guid uploadId, string collection, string tenant, UploadStatus status, Guid? imageId, string? reason, string? detail, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return store.UpdateAsync<UploadRecord>(
            Key(uploadId),
            before => before is { Status: not UploadStatus.Received }
                ? Change.Keep<UploadRecord>()
                : Change.Put(
                    new UploadRecord
                    {
                        UploadId = uploadId,
                        Status = status,
                        Collection = collection,
                        Tenant = tenant,
                        ImageId = imageId,
                        Reason = reason,
                        Detail = detail,
                        UpdatedAt = now,
                    },
                    transaction =>
                    {
                        transaction.RemoveFromSorted(Waiting, Member(uploadId));
                        if ((before?.ImageId ?? imageId) is { } image)
                        {
                            transaction.Delete(WaitingImageKey(image));
                        }
                    }),
            ct);
    }

    private static ImageRecord? Merge(ImageRecord before, ImageUploaded upload)
    {
        var externalIds = upload.ExternalId is { } name && !before.ExternalIds.Contains(name, StringComparer.Ordinal)
            ? [.. before.ExternalIds, name]
            : before.ExternalIds;
        var newLabels = upload.Labels.Except(before.Labels, StringComparer.Ordinal).ToArray();
        return ReferenceEquals(externalIds, before.ExternalIds) && newLabels.Length == 0
            ? null
            : before with
            {
                ExternalIds = externalIds,
                Labels = [.. before.Labels, .. newLabels],
                PayloadRevision = before.PayloadRevision + 1,
            };
    }

    private static ImageRecord Refused(
        Guid imageId, string collection, string tenant, int incarnation, Guid correlationId, string reason, string? detail, DateTimeOffset createdAt) => new()
    {
        ImageId = imageId,
        Collection = collection,
        Tenant = tenant,
        Status = ImageStatus.Rejected,
        Incarnation = incarnation,
        RejectionReason = reason,
        RejectionDetail = detail,
        CorrelationId = correlationId,
        CreatedAt = createdAt,
    };

    private static int LifeAfter(ImageRecord? record, Guid imageId, int first) => record switch
    {
        null => first,
        { Status: ImageStatus.Deleted or ImageStatus.Rejected } => record.Incarnation + 1,
        { Status: ImageStatus.Deleting } => throw new ImageBusyException($"Image {imageId} is being deleted."),
        _ => record.Incarnation,
    };

    private static StateKey Key(Guid uploadId) => new(Table, Member(uploadId));

    private static StateKey WaitingImageKey(Guid imageId) => new("waiting-images", imageId.ToString("N"));

    private static string Member(Guid uploadId) => uploadId.ToString("N");

    /// <summary>Leads from an image that is not in the catalog yet to the upload that will become it.</summary>
    private sealed record WaitingImage(Guid UploadId);
}
