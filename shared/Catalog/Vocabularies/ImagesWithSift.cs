using System.Runtime.CompilerServices;
using Pipeline.Contracts;

namespace Pipeline.Catalog;

/// <summary>Walks over images that visual words can be made of.</summary>
public static class ImagesWithSift
{
    /// <summary>
    /// A collection's images of one status that have SIFT features, latest first. An image that gets the status during the walk may be
    /// missed: who wants all walks over <see cref="ImageStatus.Processing"/> first and <see cref="ImageStatus.Indexed"/> then, as images do.
    /// </summary>
    public static async IAsyncEnumerable<ImageRecord> WithSiftAsync(
        this ImageCatalog images, string collection, ImageStatus status, [EnumeratorCancellation] CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(images);
        string? cursor = null;
        do
        {
            var page = await images.ListAsync(collection, status, cursor, ImageCatalog.MaxPage, ct);
            foreach (var image in page.Images)
            {
                if (image.Stages.TryGetValue(Stages.Sift, out var sift) && sift is { Done: true, FeatureKey: not null })
                {
                    yield return image;
                }
            }

            cursor = page.NextCursor;
        }
        while (cursor is not null);
    }
}
