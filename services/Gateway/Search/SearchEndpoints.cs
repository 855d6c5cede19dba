using System.Globalization;
using MassTransit;
using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Queries;
using Pipeline.Storage;

namespace Pipeline.Gateway.Search;

/// <summary><c>POST /v1/collections/{collection}/search</c>: from HTTP to one request on the bus and back.</summary>
public static class SearchEndpoints
{
    /// <summary>Maps the endpoint.</summary>
    public static void MapSearch(this RouteGroupBuilder collection) =>
        collection.MapPost("/search", SearchAsync)
            .RequireAuthorization(Roles.Read)
            .WithTags("Search")
            .WithName("Search")
            .WithSummary("Search by an image of the collection or by a picture: JSON, or multipart with a part 'file' (and fields mode, limit, rerank, labels).")
            .Accepts<SearchRequest>("application/json", "multipart/form-data")
            .Produces<SearchResults>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
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
        if (!request.HasFormContentType)
        {
            return await request.ReadFromJsonAsync<SearchRequest>(ct) is { } body
                ? await AskAsync(
                    bus,
                    search with
                    {
                        ImageId = body.ImageId,
                        Image = body.Image is null ? null : new ImageSource { Bytes = body.Image },
                        Mode = body.Mode,
                        Limit = body.Limit,
                        Rerank = body.Rerank,
                        Labels = body.Filter?.Labels ?? [],
                    },
                    options.Value.SearchTimeout,
                    ct)
                : Problems.Of(RefusalReasons.InvalidRequest, "The body is empty.");
        }

        var form = await request.ReadFormAsync(ct);
        if (form.Files.GetFile("file") is not { } file)
        {
            return Problems.Of(RefusalReasons.InvalidRequest, "The form needs a part 'file'.");
        }

        var limit = 10;
        if (form["limit"] is [{ Length: > 0 } text] && !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit))
        {
            return Problems.Of(RefusalReasons.InvalidRequest, "limit must be a number.");
        }

        // The picture travels by reference and lives as long as the request.
        var key = BlobKeys.Query(Guid.CreateVersion7());
        try
        {
            await using (var content = file.OpenReadStream())
            {
                await blobs.PutAsync(key, content, options.Value.MaxRequestBytes, ct);
            }

            return await AskAsync(
                bus,
                search with
                {
                    Image = new ImageSource { ObjectKey = key },
                    Mode = form["mode"] is [{ Length: > 0 } mode] ? mode : SearchModes.Cnn,
                    Limit = limit,
                    Rerank = form["rerank"] is [{ Length: > 0 } rerank] ? rerank : RerankModes.None,
                    Labels = [.. form["labels"].SelectMany(l => (l ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))],
                },
                options.Value.SearchTimeout,
                ct);
        }
        finally
        {
            await blobs.DeleteAsync(key, CancellationToken.None);
        }
    }

    private static async Task<IResult> AskAsync(IBus bus, SearchImages search, TimeSpan timeout, CancellationToken ct)
    {
        var client = bus.CreateRequestClient<SearchImages>(timeout);
        try
        {
            var response = await client.GetResponse<SearchResults, RequestRefused>(search, ct);
            if (response.Is(out Response<SearchResults>? results))
            {
                return TypedResults.Ok(results.Message);
            }

            return response.Is(out Response<RequestRefused>? refused)
                ? Problems.Of(refused.Message.Reason, refused.Message.Detail)
                : throw new InvalidOperationException("A search was answered by neither results nor a refusal.");
        }
        catch (RequestTimeoutException)
        {
            return Problems.Of(Problems.NoAnswer, "The search was not answered in time.");
        }
    }
}
