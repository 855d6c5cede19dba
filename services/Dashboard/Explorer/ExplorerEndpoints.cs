using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Queries;
using Pipeline.Dashboard.Pages;
using Pipeline.Storage;

namespace Pipeline.Dashboard.Explorer;

/// <summary>The search page: images of a collection, what is found by one or by a picture, where two match, and neighbours.</summary>
internal static class ExplorerEndpoints
{
    private const int PageSize = 60;
    private const long MaxBytes = 33L << 20;

    /// <summary>A picture with the other fields of its form; the server's own limit may be lower.</summary>
    private const long MaxForm = MaxBytes + (64 << 10);

    public static void MapExplorer(this RouteGroupBuilder pages)
    {
        var explorer = pages.MapGroup("/explorer");
        explorer.MapGet("/", async (CollectionCatalog collections, CancellationToken ct) =>
            await collections.ListAsync(ct) is [var first, ..] ? Results.Redirect($"{DashboardPaths.Explorer}/{first.Name}") : Results.Redirect(DashboardPaths.Collections));
        explorer.MapGet("/{collection}", ListAsync);
        explorer.MapPost("/{collection}/search", SearchAsync).WithMetadata(new RequestSizeLimitAttribute(MaxForm));
        explorer.MapGet("/{collection}/{id:guid}", ShowAsync);
        explorer.MapGet("/{collection}/{id:guid}/matches/{other:guid}", MatchAsync);
        explorer.MapVerdicts();
    }

    private static async Task<IResult> ListAsync(
        HttpContext context, string collection, CollectionCatalog collections, ImageCatalog images, CancellationToken ct, string? after = null)
    {
        var all = await collections.ListAsync(ct);
        if (all.All(known => known.Name != collection))
        {
            return Results.Redirect(DashboardPaths.Collections);
        }

        ImagePage page;
        try
        {
            page = await images.ListAsync(collection, ImageStatus.Indexed, after, PageSize, ct);
        }
        catch (FormatException)
        {
            // A damaged address: from the start.
            page = await images.ListAsync(collection, ImageStatus.Indexed, cursor: null, PageSize, ct);
        }

        return new RazorComponentResult<ExplorerPage>(new
        {
            Page = PageContext.Of(context),
            Collection = collection,
            Collections = all.Select(known => known.Name).ToArray(),
            Images = page,
            Total = await images.CountAsync(collection, ImageStatus.Indexed, ct),
        });
    }

    /// <summary>A picture that was dropped: the page's script takes the results alone, a browser without it the whole page.</summary>
    private static async Task<IResult> SearchAsync(
        HttpContext context,
        string collection,
        IFormFile? file,
        ExplorerSearch search,
        IBlobStore blobs,
        CancellationToken ct,
        [FromForm] string? tenant = null,
        [FromForm] bool verify = false)
    {
        if (file is null or { Length: 0 or > MaxBytes } || !CollectionName.IsValid(collection))
        {
            return TypedResults.Text(Texts.Explorer.NoPicture, statusCode: StatusCodes.Status400BadRequest);
        }

        tenant = string.IsNullOrWhiteSpace(tenant) ? Tenants.Default : tenant.Trim();
        if (!CollectionName.IsValid(tenant))
        {
            return TypedResults.Text(Texts.Explorer.NoTenant, statusCode: StatusCodes.Status400BadRequest);
        }

        var key = BlobKeys.Query(Guid.CreateVersion7());
        try
        {
            await using (var content = file.OpenReadStream())
            {
                await blobs.PutAsync(key, content, MaxBytes, ct);
            }

            var results = await search.SearchAsync(
                new SearchImages { Collection = collection, Tenant = tenant, Image = new ImageSource { ObjectKey = key }, Rerank = RerankOf(verify) }, ct);
            return context.Request.Headers.ContainsKey("X-Fragment")
                ? new RazorComponentResult<ResultsView>(new { Collection = collection, Results = results })
                : new RazorComponentResult<FoundPage>(new { Page = PageContext.Of(context), Collection = collection, Results = results });
        }
        finally
        {
            await blobs.DeleteAsync(key, CancellationToken.None);
        }
    }

    private static async Task<IResult> ShowAsync(
        HttpContext context,
        string collection,
        Guid id,
        ImageCatalog images,
        NeighbourhoodCatalog neighbourhoods,
        ExplorerSearch search,
        CancellationToken ct,
        bool verify = false,
        string? done = null)
    {
        if (!CollectionName.IsValid(collection) || await images.GetAsync(collection, id, ct) is not { } record)
        {
            return Results.Redirect($"{DashboardPaths.Explorer}");
        }

        var results = record.Status == ImageStatus.Indexed
            ? await search.SearchAsync(new SearchImages { Collection = collection, Tenant = record.Tenant, ImageId = id, Rerank = RerankOf(verify) }, ct)
            : [];
        var neighbours = await NeighbourView.ReadAsync(collection, id, neighbourhoods, ct);
        return new RazorComponentResult<ImageView>(new
        {
            Page = PageContext.Of(context),
            Image = record,
            Verify = verify,
            Results = results,
            Neighbours = neighbours,
            NearDuplicates = NearDuplicate.Of(record, results, neighbours),
            Done = done,
        });
    }

    private static async Task<IResult> MatchAsync(
        HttpContext context, string collection, Guid id, Guid other, ImageCatalog images, ExplorerSearch search, CancellationToken ct, string? done = null)
    {
        if (!CollectionName.IsValid(collection)
            || await images.GetAsync(collection, id, ct) is not { } one
            || await images.GetAsync(collection, other, ct) is not { } second
            || one.Tenant != second.Tenant)
        {
            return Results.Redirect($"{DashboardPaths.Explorer}");
        }

        return new RazorComponentResult<MatchPage>(new
        {
            Page = PageContext.Of(context),
            One = one,
            Other = second,
            Result = await search.MatchAsync(collection, one.Tenant, id, other, ct),
            Done = done,
        });
    }

    private static string RerankOf(bool verify) => verify ? RerankModes.Geometric : RerankModes.None;
}
