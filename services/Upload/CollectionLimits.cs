using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Imaging;

namespace Pipeline.Upload;

/// <summary>The limits in a collection's settings.</summary>
public sealed class CollectionLimits(ImageCatalog images)
{
    /// <summary>Answers which limit an upload breaks, or null.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="upload">The upload.</param>
    /// <param name="imageId">The image it would be, or join.</param>
    /// <param name="bytes">Size of its file.</param>
    /// <param name="header">What its header says.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<Rejection?> CheckAsync(
        CollectionRecord collection, ImageUploaded upload, Guid imageId, long bytes, ImageHeader header, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(collection);
        ArgumentNullException.ThrowIfNull(upload);
        ArgumentNullException.ThrowIfNull(header);
        var limits = collection.Settings.Limits;
        if (bytes > limits.MaxBytes)
        {
            return new(RejectionReasons.TooManyBytes, $"The file has {bytes} bytes; the collection takes {limits.MaxBytes}.");
        }

        var pixels = (long)header.Width * header.Height;
        if (pixels > limits.MaxPixels)
        {
            return new(RejectionReasons.TooManyPixels, $"The image has {pixels} pixels; the collection takes {limits.MaxPixels}.");
        }

        if (limits is { MaxImages: null, MaxLabels: null, MaxExternalIds: null })
        {
            return null;
        }

        var known = await images.GetAsync(collection.Name, imageId, ct);
        var joined = known is { Status: ImageStatus.Processing or ImageStatus.Indexed } ? known : null;
        if (joined is null && limits.MaxImages is { } most && await images.CountLivingAsync(collection.Name, ct) >= most)
        {
            return new(RejectionReasons.CollectionFull, $"The collection has as many images as it may, {most}.");
        }

        // An upload that only repeats what is there is no further burden.
        var labels = upload.Labels.Union(joined?.Labels ?? [], StringComparer.Ordinal).Count();
        if (labels > limits.MaxLabels && labels > (joined?.Labels.Count ?? 0))
        {
            return new(RejectionReasons.TooManyLabels, $"The image would have {labels} labels; the collection takes {limits.MaxLabels}.");
        }

        var names = (upload.ExternalId is { } name ? [name] : Array.Empty<string>()).Union(joined?.ExternalIds ?? [], StringComparer.Ordinal).Count();
        return names > limits.MaxExternalIds && names > (joined?.ExternalIds.Count ?? 0)
            ? new(RejectionReasons.TooManyExternalIds, $"The image would have {names} external ids; the collection takes {limits.MaxExternalIds}.")
            : null;
    }
}
