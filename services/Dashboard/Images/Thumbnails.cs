using Pipeline.Catalog;
using Pipeline.Imaging;
using Pipeline.Storage;

namespace Pipeline.Dashboard.Images;

/// <summary>
/// Small pictures of images, made once and kept with what else was computed of the image, so that they go when it is deleted.
/// </summary>
public sealed class Thumbnails(ImageCatalog images, IBlobStore blobs, ImageDecoder decoder) : IDisposable
{
    /// <summary>Longest side of a picture in a list, in pixels.</summary>
    public const int Small = 256;

    /// <summary>Longest side of a picture that is looked at, in pixels.</summary>
    public const int Large = 1024;

    private const int Quality = 80;

    // Decoding is native work: more at once than cores would only hold more memory, and so would files that are read before their turn.
    private readonly SemaphoreSlim _turns = new(Environment.ProcessorCount);

    /// <summary>The picture as JPEG; null where the image or its bytes are not there, or cannot be decoded.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="imageId">The image.</param>
    /// <param name="side"><see cref="Small"/> or <see cref="Large"/>.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<byte[]?> GetAsync(string collection, Guid imageId, int side, CancellationToken ct)
    {
        if (await images.GetAsync(collection, imageId, ct) is not { BlobKey.Length: > 0 } record || !record.IsLive(record.Incarnation))
        {
            return null;
        }

        var key = $"{BlobKeys.FeaturesPrefix(collection, imageId, record.Incarnation)}thumbnail-{side}";
        if (await blobs.TryReadAsync(key, ct) is { } made)
        {
            return made;
        }

        if (await MakeAsync(record.BlobKey, side, ct) is not { } small)
        {
            return null;
        }

        await blobs.PutAsync(key, small, ct);
        if ((await images.GetAsync(collection, imageId, ct))?.IsLive(record.Incarnation) != true)
        {
            // Deleted meanwhile: the deletion may have swept before this was written.
            await blobs.DeleteAsync(key, ct);
            return null;
        }

        return small;
    }

    /// <inheritdoc/>
    public void Dispose() => _turns.Dispose();

    private async Task<byte[]?> MakeAsync(string blobKey, int side, CancellationToken ct)
    {
        await _turns.WaitAsync(ct);
        try
        {
            return await blobs.TryReadAsync(blobKey, ct) is { } bytes ? ImageEncoder.EncodeJpeg(decoder.DecodeRgb(bytes, side), Quality) : null;
        }
        catch (ImageException)
        {
            // What no stage could read has no picture either; the failures tell why.
            return null;
        }
        finally
        {
            _turns.Release();
        }
    }
}
