using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;
using Pipeline.Storage;

namespace Pipeline.Gateway.Images;

/// <summary>
/// Turns an HTTP upload into an event. The upload is in the catalog before the caller is answered, so what was
/// accepted with 202 is never lost, whatever the bus remembers.
/// </summary>
public sealed class UploadPublisher(IBlobStore blobs, UploadCatalog uploads, IEventPublisher events)
{
    /// <summary>Stores an upload's bytes for the Upload service to take.</summary>
    /// <returns>Their content hash.</returns>
    /// <exception cref="BlobTooLargeException">There are more than <paramref name="maxBytes"/>.</exception>
    public async Task<string> StoreAsync(Guid uploadId, Stream content, long maxBytes, CancellationToken ct)
    {
        await using var hashing = new HashingStream(content);
        await blobs.PutAsync(BlobKeys.Incoming(uploadId), hashing, maxBytes, ct);
        return hashing.HexHash;
    }

    /// <summary>Removes the bytes of an upload that will not be published.</summary>
    public Task DiscardAsync(Guid uploadId) => blobs.DeleteAsync(BlobKeys.Incoming(uploadId), CancellationToken.None);

    /// <summary>Publishes an upload whose bytes are stored.</summary>
    /// <returns>The image's id.</returns>
    public async Task<Guid> PublishStoredAsync(ImageUploaded upload, string contentHash, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(upload);
        var source = new ImageSource { ObjectKey = BlobKeys.Incoming(upload.UploadId!.Value) };
        var imageId = ImageIdentity.Create(upload.Collection, upload.Tenant, contentHash);
        await PublishAsync(upload with { Source = source }, imageId, ct);
        return imageId;
    }

    /// <summary>Publishes an upload by reference.</summary>
    public Task PublishAsync(ImageUploaded upload, CancellationToken ct) => PublishAsync(upload, imageId: null, ct);

    private async Task PublishAsync(ImageUploaded upload, Guid? imageId, CancellationToken ct)
    {
        await uploads.ReceiveAsync(upload, imageId, ct);
        await events.PublishAsync(upload, ct);
    }
}
