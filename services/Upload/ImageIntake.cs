using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Extraction;
using Pipeline.Imaging;
using Pipeline.Storage;
using Pipeline.Upload.Sources;

namespace Pipeline.Upload;

/// <summary>
/// Turns an upload into an image of the catalog, or says why not. Doing it twice gives the same answer: the object that an
/// upload names stays until its outcome is published, so that a crash or an error on the way finds it again.
/// </summary>
public sealed class ImageIntake(
    CollectionCatalog collections,
    CollectionManifests collectionManifests,
    CollectionLimits limits,
    UploadCatalog uploads,
    ImageCatalog images,
    ImageManifests manifests,
    BlobReferences references,
    IBlobStore blobs,
    SourceFetcher sources,
    ImageDecoder decoder)
{
    /// <summary>Takes the upload in.</summary>
    /// <param name="upload">The event.</param>
    /// <param name="uploadId">The upload's id, where the event has none of its own.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<IntakeResult> TakeInAsync(ImageUploaded upload, Guid uploadId, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(upload);
        var result = await JudgeAsync(upload, uploadId, ct);
        if (result.Rejected is { } rejected)
        {
            // Like an acceptance, in the catalog before anybody hears of it: another delivery of the same upload then
            // finds the outcome where it no longer finds the object.
            await RecordAsync(rejected, ct);
        }

        return result;
    }

    /// <summary>Records a refused upload in the catalog.</summary>
    public async Task RecordAsync(ImageRejected rejected, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(rejected);
        var exists = await collections.GetCurrentAsync(rejected.Collection, ct) is not null;
        await uploads.RejectAsync(rejected, exists, ct);
    }

    /// <summary>Deletes the object that the upload named, once its content was judged and the outcome published.</summary>
    public async Task DiscardSourceAsync(ImageUploaded upload, IntakeResult result, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(upload);
        ArgumentNullException.ThrowIfNull(result);
        if (result is { Record: not null } or { Rejected.ImageId: not null } && upload.Source.ObjectKey is { } key && BlobKeys.IsIncoming(key))
        {
            await blobs.DeleteAsync(key, ct);
        }
    }

    private async Task<IntakeResult> JudgeAsync(ImageUploaded upload, Guid uploadId, CancellationToken ct)
    {
        if (UploadValidator.Check(upload) is { } invalid)
        {
            return Reject(invalid);
        }

        if (await collections.GetAsync(upload.Collection, ct) is null)
        {
            if (await collections.FindAsync(upload.Collection, ct) is null && await collectionManifests.ExistsAsync(upload.Collection, ct))
            {
                throw new CatalogLostException(upload.Collection);
            }

            return Reject(new(RejectionReasons.UnknownCollection, $"There is no collection '{upload.Collection}'."));
        }

        if (await FindHandledAsync(upload, uploadId, ct) is { } handled)
        {
            return handled;
        }

        var fetched = await sources.FetchAsync(upload.Source, ct);
        if (fetched.Bytes is not { } bytes)
        {
            // A delivery of the same event at the same time may have taken the object just now.
            return await FindHandledAsync(upload, uploadId, ct) ?? Reject(fetched.Rejection!);
        }

        var contentHash = ImageIdentity.HashContent(bytes);
        var imageId = ImageIdentity.Create(upload.Collection, upload.Tenant, contentHash);
        if (ReadHeader(bytes, out var header) is { } unreadable)
        {
            return Reject(unreadable, imageId);
        }

        // Fetching may have taken long: the collection as it stands now.
        if (await collections.GetCurrentAsync(upload.Collection, ct) is not { } collection)
        {
            return Reject(new(RejectionReasons.UnknownCollection, $"There is no collection '{upload.Collection}' any more."));
        }

        if (await limits.CheckAsync(collection, upload, imageId, bytes.Length, header!, ct) is { } beyond)
        {
            return Reject(beyond, imageId);
        }

        var life = await uploads.NextLifeAsync(collection, imageId, ct);
        await references.AcquireAsync(contentHash, upload.Collection, imageId, life, ct);
        await StoreAsync(upload.Source, contentHash, bytes, ct);
        var content = new AcceptedContent(imageId, contentHash, header!.Format.ToString().ToLowerInvariant(), header.Width, header.Height, bytes.Length);
        try
        {
            var record = await uploads.AcceptAsync(uploadId, upload, content, life, ct);
            if (record is { Status: ImageStatus.Rejected, RejectionReason: { } reason })
            {
                // Others took the last places meanwhile. Nobody can be given this life any more, so what it owns is nobody's.
                await references.ReleaseAsync(contentHash, upload.Collection, imageId, life, ct);
                return Reject(new(reason, record.RejectionDetail ?? ""), imageId);
            }

            await manifests.KeepAsync(record, ct);
            return IntakeResult.Accept(record);
        }
        catch (ImageBusyException)
        {
            // The life that was to own the bytes has ended, or the collection; the next attempt keeps them for the life after it.
            await references.ReleaseAsync(contentHash, upload.Collection, imageId, life, ct);
            throw;
        }

        IntakeResult Reject(Rejection rejection, Guid? image = null) => IntakeResult.Reject(upload, uploadId, image, rejection);
    }

    private async Task<IntakeResult?> FindHandledAsync(ImageUploaded upload, Guid uploadId, CancellationToken ct)
    {
        var known = await uploads.GetAsync(uploadId, ct);
        if (known is { Status: UploadStatus.Rejected, Reason: { } reason })
        {
            return IntakeResult.Reject(upload, uploadId, known.ImageId, new Rejection(reason, known.Detail ?? ""));
        }

        if (known is not { Status: UploadStatus.Accepted, ImageId: { } imageId } || await images.GetAsync(upload.Collection, imageId, ct) is not { } record)
        {
            return null;
        }

        // The delivery that settled the upload may not have come so far.
        await manifests.KeepAsync(record, ct);
        return IntakeResult.Accept(record);
    }

    private Rejection? ReadHeader(byte[] bytes, out ImageHeader? header)
    {
        try
        {
            header = decoder.ReadHeader(bytes);
            return null;
        }
        catch (ImageException e)
        {
            header = null;
            return new Rejection(ImageFaultReasons.ReasonOf(e.Fault), e.Message);
        }
    }

    private async Task StoreAsync(ImageSource source, string contentHash, byte[] bytes, CancellationToken ct)
    {
        var key = BlobKeys.Image(contentHash);
        if (!await blobs.ExistsAsync(key, ct) && (source.ObjectKey is null || !await blobs.CopyAsync(source.ObjectKey, key, ct)))
        {
            await blobs.PutAsync(key, bytes, ct);
        }
    }
}
