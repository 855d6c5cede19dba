using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Contracts.Queries;
using Pipeline.Messaging;

namespace Pipeline.Gateway.Images;

/// <summary><c>/v1/collections/{collection}/images</c>.</summary>
public static class ImageEndpoints
{
    private const int MaxPage = 200;

    /// <summary>Maps the endpoints.</summary>
    public static void MapImages(this RouteGroupBuilder collection)
    {
        var images = collection.MapGroup("/images").WithTags("Images");
        images.MapPost("/", UploadAsync)
            .RequireAuthorization(Roles.Write)
            .Accepts<UploadRequest>("application/json", "multipart/form-data")
            .Produces<UploadResponse>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .WithName("UploadImage")
            .WithSummary("Upload an image: multipart with a part 'file' (and fields externalId, labels), or JSON with a source.");
        images.MapGet("/{id:guid}", GetAsync).RequireAuthorization(Roles.Read).WithName("GetImage").WithSummary("The status of an image or upload.")
            .Produces<ImageResponse>().ProducesProblem(StatusCodes.Status404NotFound);
        images.MapGet("/", ListAsync).RequireAuthorization(Roles.Read).WithName("ListImages").WithSummary("Images by status, latest first.")
            .Produces<ImageListResponse>().ProducesProblem(StatusCodes.Status400BadRequest);
        images.MapDelete("/{id:guid}", DeleteAsync).RequireAuthorization(Roles.Write).WithName("DeleteImage").WithSummary("Delete an image and all traces of it.")
            .Produces(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> UploadAsync(
        string collection,
        HttpRequest request,
        CollectionCatalog collections,
        UploadPublisher publisher,
        IOptions<GatewayOptions> options,
        CancellationToken ct,
        string tenant = Tenants.Default)
    {
        if (!CollectionName.IsValid(tenant))
        {
            return Problems.Of(RejectionReasons.InvalidCollection, "The tenant is no valid name.");
        }

        if (await collections.GetAsync(collection, ct) is null)
        {
            return Problems.Of(RejectionReasons.UnknownCollection, $"There is no collection '{collection}'.");
        }

        var uploadId = Guid.CreateVersion7();
        if (!request.HasFormContentType)
        {
            var body = await request.ReadFromJsonAsync<UploadRequest>(ct);
            if (body?.Source is null)
            {
                return Problems.Of(RefusalReasons.InvalidRequest, "The body needs a source.");
            }

            if (body.Source.ObjectKey is not null)
            {
                return Problems.Of(RefusalReasons.InvalidRequest, "A source is a uri or bytes.");
            }

            await publisher.PublishAsync(
                new ImageUploaded
                {
                    UploadId = uploadId,
                    Collection = collection,
                    Tenant = tenant,
                    ExternalId = body.ExternalId,
                    Labels = body.Labels ?? [],
                    Traffic = body.Traffic,
                    Source = body.Source,
                },
                ct);
            return Accepted(collection, uploadId, imageId: null);
        }

        var form = await request.ReadFormAsync(ct);
        if (form.Files.GetFile("file") is not { } file)
        {
            return Problems.Of(RefusalReasons.InvalidRequest, "The form needs a part 'file'.");
        }

        await using var content = file.OpenReadStream();
        var imageId = await publisher.PublishAsync(
            new ImageUploaded
            {
                UploadId = uploadId,
                Collection = collection,
                Tenant = tenant,
                ExternalId = form["externalId"] is [{ Length: > 0 } externalId] ? externalId : null,
                Labels = [.. form["labels"].SelectMany(l => (l ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))],
                Traffic = string.Equals(form["traffic"], "bulk", StringComparison.OrdinalIgnoreCase) ? TrafficClass.Bulk : TrafficClass.Live,
                Source = new ImageSource(),
            },
            content,
            options.Value.MaxRequestBytes,
            ct);
        return Accepted(collection, uploadId, imageId);
    }

    private static async Task<IResult> GetAsync(
        string collection, Guid id, ImageCatalog images, UploadCatalog uploads, CancellationToken ct, string tenant = Tenants.Default) =>
        await FindAsync(collection, id, tenant, images, uploads, ct) is { } response ? TypedResults.Ok(response) : UnknownImage();

    private static async Task<ImageResponse?> FindAsync(
        string collection, Guid id, string tenant, ImageCatalog images, UploadCatalog uploads, CancellationToken ct)
    {
        var upload = await uploads.FindWaitingAsync(id, ct) ?? await uploads.GetAsync(id, ct);
        if (upload is { ImageId: { } imageId, Status: UploadStatus.Accepted } && upload.Collection == collection)
        {
            id = imageId;
        }
        else if (upload is not null && upload.Collection == collection)
        {
            return ImageResponse.Of(upload, tenant);
        }

        var record = await images.GetAsync(collection, id, ct);
        return record is null or { Status: ImageStatus.Deleted } || record.Tenant != tenant ? null : ImageResponse.Of(record);
    }

    private static async Task<IResult> ListAsync(
        string collection,
        ImageCatalog images,
        CollectionCatalog collections,
        CancellationToken ct,
        [FromQuery] string status = "indexed",
        [FromQuery] int limit = 50,
        [FromQuery] string? cursor = null)
    {
        if (await collections.GetAsync(collection, ct) is null)
        {
            return Problems.Of(RejectionReasons.UnknownCollection, $"There is no collection '{collection}'.");
        }

        if (!Enum.TryParse<ImageStatus>(status, ignoreCase: true, out var wanted) || !Enum.IsDefined(wanted))
        {
            return Problems.Of(RefusalReasons.InvalidRequest, "status must be processing, indexed, rejected, deleting or deleted.");
        }

        if (limit is < 1 or > MaxPage)
        {
            return Problems.Of(RefusalReasons.InvalidRequest, $"limit must be 1 to {MaxPage}.");
        }

        try
        {
            var page = await images.ListAsync(collection, wanted, cursor, limit, ct);
            var total = await images.CountAsync(collection, wanted, ct);
            return TypedResults.Ok(new ImageListResponse([.. page.Images.Select(ImageResponse.Of)], total, page.NextCursor));
        }
        catch (FormatException e)
        {
            return Problems.Of(RefusalReasons.InvalidRequest, e.Message);
        }
    }

    private static async Task<IResult> DeleteAsync(
        string collection, Guid id, ImageCatalog images, UploadCatalog uploads, IEventPublisher events, CancellationToken ct, string tenant = Tenants.Default)
    {
        if (await uploads.GetAsync(id, ct) is { ImageId: { } imageId } upload && upload.Collection == collection)
        {
            id = imageId;
        }

        var record = await images.GetAsync(collection, id, ct);
        if (record is null or { Status: ImageStatus.Deleted } || record.Tenant != tenant)
        {
            return UnknownImage();
        }

        await events.PublishAsync(ImageEvents.Delete(record), ct);
        return TypedResults.Accepted($"/v1/collections/{collection}/images/{id}");
    }

    private static IResult Accepted(string collection, Guid uploadId, Guid? imageId)
    {
        var id = imageId ?? uploadId;
        var url = $"/v1/collections/{collection}/images/{id}";
        return TypedResults.Accepted(url, new UploadResponse(id, uploadId, imageId, url));
    }

    private static IResult UnknownImage() => Problems.Of(RefusalReasons.UnknownImage, "There is no such image.");
}
