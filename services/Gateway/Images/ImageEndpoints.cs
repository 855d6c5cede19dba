using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Contracts.Events;
using Pipeline.Contracts.Queries;
using Pipeline.Contracts;
using Pipeline.Gateway.OpenApi;
using Pipeline.Hosting;
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
            .Accepts<UploadRequest>("application/json", FormBodies.MediaType)
            .WithForm(
                new FormField(MultipartForm.FilePart, "The picture.", FormFieldKind.File, Required: true),
                new FormField("externalId", "The caller's own name for the image, 1 to 512 characters."),
                new FormField("labels", "Labels for filtering: repeated, or separated by commas; at most 64, each of 1 to 128 characters.", FormFieldKind.List),
                new FormField("timestamp", "When the picture was taken, say, in ISO 8601: from here its age counts where images are deleted by age."),
                new FormField("traffic", "live (default) or bulk."))
            .Produces<UploadResponse>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .WithName("UploadImage")
            .WithSummary("Upload an image: multipart with a part 'file' (and fields externalId, labels), or JSON with a source.");
        images.MapGet("/{id:guid}", GetAsync).RequireAuthorization(Roles.Read).WithName("GetImage").WithSummary("The status of an image or upload.")
            .Produces<ImageResponse>().ProducesProblem(StatusCodes.Status404NotFound);
        images.MapGet("/{id:guid}/neighbours", NeighboursAsync).RequireAuthorization(Roles.Read).WithName("GetNeighbours")
            .WithSummary("An image's nearest neighbours in both feature spaces, and the pairs it forms with them.")
            .Produces<NeighboursResponse>().ProducesProblem(StatusCodes.Status404NotFound);
        images.MapGet("/", ListAsync).RequireAuthorization(Roles.Read).WithName("ListImages").WithSummary("Images by status, latest first.")
            .Produces<ImageListResponse>().ProducesProblem(StatusCodes.Status400BadRequest);
        images.MapDelete("/{id:guid}", DeleteAsync).RequireAuthorization(Roles.Write).WithName("DeleteImage").WithSummary("Delete an image and all traces of it.")
            .Produces(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
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
        if (await collections.GetAsync(collection, ct) is not { } record)
        {
            return Problems.UnknownCollection(collection);
        }

        var maxBytes = Math.Min(options.Value.MaxRequestBytes, record.Settings.Limits.MaxBytes ?? long.MaxValue);
        var upload = new ImageUploaded { UploadId = Guid.CreateVersion7(), Collection = collection, Tenant = tenant, Source = new ImageSource() };
        return request switch
        {
            _ when MediaTypes.IsMultipart(request) => await UploadFormAsync(upload, request, publisher, maxBytes, ct),
            _ when request.HasJsonContentType() => await UploadJsonAsync(upload, request, publisher, maxBytes, ct),
            _ => Problems.Of(Problems.UnsupportedMediaType, "An upload is multipart/form-data or application/json."),
        };
    }

    private static async Task<IResult> UploadFormAsync(
        ImageUploaded upload, HttpRequest request, UploadPublisher publisher, long maxBytes, CancellationToken ct)
    {
        var uploadId = upload.UploadId!.Value;
        string? contentHash = null;
        MultipartForm form;
        try
        {
            form = await MultipartForm.ReadAsync(request, async file => contentHash = await publisher.StoreAsync(uploadId, file, maxBytes, ct), ct);
        }
        catch
        {
            await publisher.DiscardAsync(uploadId);
            throw;
        }

        if (contentHash is null)
        {
            return Problems.Of(RefusalReasons.InvalidRequest, $"The form needs a part '{MultipartForm.FilePart}'.");
        }

        var traffic = TrafficClass.Live;
        var problem = form.Value("traffic") is { } text && (!Enum.TryParse(text, ignoreCase: true, out traffic) || !Enum.IsDefined(traffic))
            ? "traffic must be live or bulk."
            : null;
        DateTimeOffset? timestamp = null;
        if (form.Value("timestamp") is { } stamp)
        {
            var isTime = DateTimeOffset.TryParse(stamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at);
            problem ??= isTime ? null : "timestamp must be a time in ISO 8601.";
            timestamp = at;
        }

        upload = upload with { ExternalId = form.Value("externalId"), Labels = form.List("labels"), Timestamp = timestamp, Traffic = traffic };
        problem ??= UploadRules.Check(upload);
        if (problem is not null)
        {
            await publisher.DiscardAsync(uploadId);
            return Problems.Of(RefusalReasons.InvalidRequest, problem);
        }

        return Accepted(upload, await publisher.PublishStoredAsync(upload, contentHash, ct));
    }

    private static async Task<IResult> UploadJsonAsync(
        ImageUploaded upload, HttpRequest request, UploadPublisher publisher, long maxBytes, CancellationToken ct)
    {
        if (await request.ReadFromJsonAsync<UploadRequest>(ct) is not { Source: { ObjectKey: null } source } body || (source.Uri is null) == (source.Bytes is null))
        {
            return Problems.Of(RefusalReasons.InvalidRequest, "The body needs a source with either uri or bytes.");
        }

        upload = upload with { ExternalId = body.ExternalId, Labels = body.Labels, Timestamp = body.Timestamp, Traffic = body.Traffic, Source = source };
        if (UploadRules.Check(upload) is { } problem)
        {
            return Problems.Of(RefusalReasons.InvalidRequest, problem);
        }

        if (source.Bytes is not { } bytes)
        {
            await publisher.PublishAsync(upload, ct);
            return Accepted(upload, imageId: null);
        }

        // Pictures travel by reference, so inline bytes end here.
        using var content = new MemoryStream(bytes, writable: false);
        var contentHash = await publisher.StoreAsync(upload.UploadId!.Value, content, maxBytes, ct);
        return Accepted(upload, await publisher.PublishStoredAsync(upload, contentHash, ct));
    }

    private static async Task<IResult> GetAsync(
        string collection, Guid id, ImageCatalog images, UploadCatalog uploads, CancellationToken ct, string tenant = Tenants.Default) =>
        await FindAsync(collection, id, tenant, images, uploads, ct) is { } response ? TypedResults.Ok(response) : UnknownImage();

    private static async Task<ImageResponse?> FindAsync(
        string collection, Guid id, string tenant, ImageCatalog images, UploadCatalog uploads, CancellationToken ct)
    {
        var upload = await FindUploadAsync(collection, id, tenant, uploads, ct);
        var record = await images.GetAsync(collection, upload?.ImageId ?? id, ct);
        if (record is not null && record.Tenant != tenant)
        {
            return null;
        }

        // What an image has become outlives another upload of its bytes; a deleted or rejected one waits for that upload.
        return (upload, record) switch
        {
            ({ Status: UploadStatus.Received }, null or { Status: ImageStatus.Deleted or ImageStatus.Rejected }) => ImageResponse.Of(upload),
            ({ Status: UploadStatus.Rejected }, null or { Status: ImageStatus.Rejected }) => ImageResponse.Of(upload),
            (_, null or { Status: ImageStatus.Deleted }) => null,
            _ => ImageResponse.Of(record),
        };
    }

    /// <summary>The upload of this id, or the one that waits to become the image of this id.</summary>
    private static async Task<UploadRecord?> FindUploadAsync(string collection, Guid id, string tenant, UploadCatalog uploads, CancellationToken ct)
    {
        var upload = await uploads.GetAsync(id, ct) ?? await uploads.FindWaitingAsync(id, ct);
        return upload is not null && upload.Collection == collection && upload.Tenant == tenant ? upload : null;
    }

    private static async Task<IResult> NeighboursAsync(
        string collection,
        Guid id,
        ImageCatalog images,
        NeighbourhoodCatalog neighbourhoods,
        CancellationToken ct,
        string tenant = Tenants.Default)
    {
        var record = await images.GetAsync(collection, id, ct);
        if (record is null or { Status: ImageStatus.Deleted } || record.Tenant != tenant)
        {
            return UnknownImage();
        }

        var mined = await neighbourhoods.GetAsync(collection, id, ct);
        if (mined is null)
        {
            return TypedResults.Ok(NeighboursResponse.Unmined(id));
        }

        Guid[] named = [.. mined.Cnn.Nearest.Concat(mined.Sift.Nearest).Select(near => near.ImageId).Distinct()];
        var others = await neighbourhoods.GetManyAsync(collection, named, ct);
        return TypedResults.Ok(NeighboursResponse.Of(mined, others.OfType<Neighbourhood>().ToDictionary(other => other.ImageId)));
    }

    private static async Task<IResult> ListAsync(
        string collection,
        ImageCatalog images,
        CollectionCatalog collections,
        CancellationToken ct,
        [FromQuery] string tenant = Tenants.Default,
        [FromQuery] string status = "indexed",
        [FromQuery] int limit = 50,
        [FromQuery] string? cursor = null)
    {
        if (await collections.GetAsync(collection, ct) is null)
        {
            return Problems.UnknownCollection(collection);
        }

        if (!Enum.TryParse<ImageStatus>(status, ignoreCase: true, out var wanted) || !status.All(char.IsAsciiLetter))
        {
            return Problems.Of(RefusalReasons.InvalidRequest, "status must be processing, indexed, rejected, deleting or deleted.");
        }

        if (limit is < 1 or > MaxPage)
        {
            return Problems.Of(RefusalReasons.InvalidRequest, $"limit must be 1 to {MaxPage}.");
        }

        try
        {
            var page = await images.ListAsync(collection, wanted, cursor, limit, ct, tenant);
            var total = await images.CountAsync(collection, wanted, ct, tenant);
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
        var upload = await FindUploadAsync(collection, id, tenant, uploads, ct);
        id = upload?.ImageId ?? id;
        var record = await images.GetAsync(collection, id, ct);
        if (record is null or { Status: ImageStatus.Deleted } || record.Tenant != tenant)
        {
            return upload is { Status: UploadStatus.Received }
                ? Problems.Of(Problems.NotYetAccepted, "The upload was not looked at yet; delete it once it has become an image.")
                : UnknownImage();
        }

        await events.PublishAsync(ImageEvents.Delete(record), ct);
        return TypedResults.Accepted($"/v1/collections/{collection}/images/{id}");
    }

    private static IResult Accepted(ImageUploaded upload, Guid? imageId)
    {
        var id = imageId ?? upload.UploadId!.Value;
        var tenant = upload.Tenant == Tenants.Default ? "" : $"?tenant={upload.Tenant}";
        var url = $"/v1/collections/{upload.Collection}/images/{id}{tenant}";
        return TypedResults.Accepted(url, new UploadResponse(id, upload.UploadId!.Value, imageId, url));
    }

    private static IResult UnknownImage() => Problems.Of(RefusalReasons.UnknownImage, "There is no such image.");
}
