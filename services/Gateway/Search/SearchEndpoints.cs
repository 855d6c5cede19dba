using System.Globalization;
using MassTransit;
using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Contracts.Queries;
using Pipeline.Contracts;
using Pipeline.Gateway.Images;
using Pipeline.Gateway.OpenApi;
using Pipeline.Hosting;
using Pipeline.Messaging;
using Pipeline.Storage;

namespace Pipeline.Gateway.Search;

/// <summary><c>POST /v1/collections/{collection}/search</c>: from HTTP to one request on the bus and back.</summary>
public static class SearchEndpoints
{
    /// <summary>A picture up to this size goes with the message; a larger one goes by reference.</summary>
    private const int MaxInlineBytes = 256 << 10;

    /// <summary>Maps the endpoint.</summary>
    public static void MapSearch(this RouteGroupBuilder collection) =>
        collection.MapPost("/search", SearchAsync)
            .RequireAuthorization(Roles.Read)
            .WithTags("Search")
            .WithName("Search")
            .WithSummary("Search by an image of the collection or by a picture: JSON, or multipart with a part 'file' (and fields mode, limit, rerank, labels).")
            .Accepts<SearchRequest>("application/json", FormBodies.MediaType)
            .WithForm(
                new FormField(MultipartForm.FilePart, "The query picture.", FormFieldKind.File, Required: true),
                new FormField("mode", "cnn (default), hash, sift, cie or fused."),
                new FormField("limit", "How many hits, 1 to 1000; 10 by default.", FormFieldKind.Number),
                new FormField("rerank", "none (default) or geometric."),
                new FormField("labels", "Only images that carry all these labels: repeated, or separated by commas.", FormFieldKind.List))
            .Produces<SearchResults>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> SearchAsync(
        string collection,
        HttpRequest request,
        IBlobStore blobs,
        IBus bus,
        IOptions<GatewayOptions> options,
        CancellationToken ct,
        string tenant = Tenants.Default)
    {
        var search = new SearchImages { Collection = collection, Tenant = tenant };
        return request switch
        {
            _ when MediaTypes.IsMultipart(request) => await SearchFormAsync(search, request, blobs, bus, options.Value, ct),
            _ when request.HasJsonContentType() => await SearchJsonAsync(search, request, blobs, bus, options.Value, ct),
            _ => Problems.Of(Problems.UnsupportedMediaType, "A search is multipart/form-data or application/json."),
        };
    }

    private static async Task<IResult> SearchJsonAsync(
        SearchImages search, HttpRequest request, IBlobStore blobs, IBus bus, GatewayOptions options, CancellationToken ct)
    {
        if (await request.ReadFromJsonAsync<SearchRequest>(ct) is not { } body)
        {
            return Problems.Of(RefusalReasons.InvalidRequest, "The body is empty.");
        }

        search = search with { ImageId = body.ImageId, Mode = body.Mode, Limit = body.Limit, Rerank = body.Rerank, Labels = body.Filter?.Labels ?? [] };
        return body.Image is { Length: > MaxInlineBytes } bytes
            ? await WithPictureAsync(blobs, async key =>
            {
                await blobs.PutAsync(key, bytes, ct);
                return await AskAsync(bus, search with { Image = new ImageSource { ObjectKey = key } }, options.SearchTimeout, ct);
            })
            : await AskAsync(bus, search with { Image = body.Image is null ? null : new ImageSource { Bytes = body.Image } }, options.SearchTimeout, ct);
    }

    private static Task<IResult> SearchFormAsync(
        SearchImages search, HttpRequest request, IBlobStore blobs, IBus bus, GatewayOptions options, CancellationToken ct) =>
        WithPictureAsync(blobs, async key =>
        {
            var form = await MultipartForm.ReadAsync(request, file => blobs.PutAsync(key, file, options.MaxRequestBytes, ct), ct);
            var limit = search.Limit;
            if (form.Value("limit") is { } text && !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit))
            {
                return Problems.Of(RefusalReasons.InvalidRequest, "limit must be a number.");
            }

            if (!form.HasFile)
            {
                return Problems.Of(RefusalReasons.InvalidRequest, $"The form needs a part '{MultipartForm.FilePart}'.");
            }

            search = search with
            {
                Image = new ImageSource { ObjectKey = key },
                Mode = form.Value("mode") ?? search.Mode,
                Limit = limit,
                Rerank = form.Value("rerank") ?? search.Rerank,
                Labels = form.List("labels"),
            };
            return await AskAsync(bus, search, options.SearchTimeout, ct);
        });

    /// <summary>A picture travels by reference and lives as long as the request.</summary>
    private static async Task<IResult> WithPictureAsync(IBlobStore blobs, Func<string, Task<IResult>> answer)
    {
        var key = BlobKeys.Query(Guid.CreateVersion7());
        try
        {
            return await answer(key);
        }
        finally
        {
            await blobs.DeleteAsync(key, CancellationToken.None);
        }
    }

    private static async Task<IResult> AskAsync(IBus bus, SearchImages search, TimeSpan timeout, CancellationToken ct) =>
        TypedResults.Ok(await bus.AskAsync<SearchImages, SearchResults>(search, timeout, ct));
}
