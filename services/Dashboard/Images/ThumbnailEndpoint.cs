using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.Contracts;

namespace Pipeline.Dashboard.Images;

/// <summary>Serves the pictures of images.</summary>
internal static class ThumbnailEndpoint
{
    private const string Hour = "private, max-age=3600";

    public static void MapThumbnails(this RouteGroupBuilder pages)
    {
        pages.MapGet("/images/{collection}/{id:guid}/thumbnail", (string collection, Guid id, Thumbnails thumbnails, HttpResponse response, CancellationToken ct) =>
            GetAsync(collection, id, Thumbnails.Small, thumbnails, response, ct));
        pages.MapGet("/images/{collection}/{id:guid}/picture", (string collection, Guid id, Thumbnails thumbnails, HttpResponse response, CancellationToken ct) =>
            GetAsync(collection, id, Thumbnails.Large, thumbnails, response, ct));
    }

    private static async Task<Results<FileContentHttpResult, RedirectHttpResult>> GetAsync(
        string collection, Guid id, int side, Thumbnails thumbnails, HttpResponse response, CancellationToken ct)
    {
        if (!CollectionName.IsValid(collection) || await thumbnails.GetAsync(collection, id, side, ct) is not { } picture)
        {
            // A list shows that there is no picture, and goes on.
            return TypedResults.Redirect(PageAssets.Url("no-picture"));
        }

        // An image never changes under its id.
        response.Headers.CacheControl = Hour;
        return TypedResults.Bytes(picture, "image/jpeg");
    }
}
