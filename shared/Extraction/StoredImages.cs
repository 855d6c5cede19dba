using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Contracts.Queries;
using Pipeline.Imaging;
using Pipeline.Messaging;
using Pipeline.Storage;

namespace Pipeline.Extraction;

/// <summary>Gets the bytes of images and of query pictures for the extraction services.</summary>
public sealed class StoredImages(IBlobStore blobs, ImageDecoder decoder)
{
    /// <summary>The bytes of an accepted image.</summary>
    /// <exception cref="PermanentException">They are not there: the image was deleted meanwhile.</exception>
    public async Task<byte[]> ReadAsync(ImageAccepted image, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(image);
        return await blobs.TryReadAsync(image.BlobKey, ct)
            ?? throw new PermanentException(RejectionReasons.SourceNotFound, "The image's bytes are gone.");
    }

    /// <summary>The bytes of a query picture, within the header limits of uploads.</summary>
    /// <param name="source">Inline bytes, or an object key below <c>queries/</c>; queries by URI are refused, since only Upload fetches.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="PermanentException">The source is not acceptable.</exception>
    /// <exception cref="ImageException">The picture is beyond the limits or no picture.</exception>
    public async Task<byte[]> ReadQueryAsync(ImageSource source, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(source);
        var bytes = source switch
        {
            { Bytes: { } inline, ObjectKey: null, Uri: null } => inline,
            { ObjectKey: { } key, Bytes: null, Uri: null } when key.StartsWith(BlobKeys.QueriesPrefix, StringComparison.Ordinal) && BlobKey.IsValid(key) =>
                await blobs.TryReadAsync(key, ct)
                ?? throw new PermanentException(RejectionReasons.SourceNotFound, "There is no object under this key."),
            _ => throw new PermanentException(RefusalReasons.InvalidRequest, $"A query picture is given by bytes or by an object key below {BlobKeys.QueriesPrefix}."),
        };
        decoder.ReadHeader(bytes);
        return bytes;
    }
}
