using System.Security.Cryptography;
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
    /// <summary>Stores the bytes and publishes the upload.</summary>
    /// <returns>The image's id.</returns>
    /// <exception cref="BlobTooLargeException">The body is longer than <paramref name="maxBytes"/>.</exception>
    public async Task<Guid> PublishAsync(ImageUploaded upload, Stream content, long maxBytes, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(upload);
        var key = BlobKeys.Incoming(upload.UploadId!.Value);
        using var sha256 = SHA256.Create();
        await using (var hashing = new CryptoStream(content, sha256, CryptoStreamMode.Read, leaveOpen: true))
        {
            await blobs.PutAsync(key, hashing, maxBytes, ct);
        }

        var imageId = ImageIdentity.Create(upload.Collection, upload.Tenant, Convert.ToHexStringLower(sha256.Hash!));
        await PublishAsync(upload with { Source = new ImageSource { ObjectKey = key } }, imageId, ct);
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
