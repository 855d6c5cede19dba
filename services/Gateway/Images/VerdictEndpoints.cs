using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Queries;
using Pipeline.Hosting;
using Pipeline.Messaging;

namespace Pipeline.Gateway.Images;

/// <summary><c>/v1/collections/{collection}/images/{id}/verdicts</c>: what people say of an image and others.</summary>
public static class VerdictEndpoints
{
    /// <summary>Maps the endpoints.</summary>
    public static void MapVerdicts(this RouteGroupBuilder collection)
    {
        var verdicts = collection.MapGroup("/images/{id:guid}/verdicts").WithTags("Images");
        verdicts.MapGet("/", ListAsync).RequireAuthorization(Roles.Read).WithName("ListVerdicts")
            .WithSummary("What people said of the image and others: same, or not-same; who and when.")
            .Produces<VerdictsResponse>().ProducesProblem(StatusCodes.Status404NotFound);
        verdicts.MapPost("/", JudgeAsync).RequireAuthorization(Roles.Write).WithName("JudgePair")
            .WithSummary("Say whether the image and another are the same; search and mining follow. The latest verdict on a pair counts.")
            .Produces(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        verdicts.MapDelete("/{other:guid}", WithdrawAsync).RequireAuthorization(Roles.Write).WithName("WithdrawVerdict")
            .WithSummary("Take the verdict on the image and another back: geometry decides again.")
            .Produces(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> ListAsync(string collection, Guid id, ImageCatalog images, CancellationToken ct, string tenant = Tenants.Default) =>
        await FindAsync(collection, id, tenant, images, ct) is { } image
            ? TypedResults.Ok(new VerdictsResponse(
                id,
                [
                    .. image.Verdicts.Where(verdict => verdict.Stands)
                        .Select(verdict => new VerdictResponse(verdict.OtherId, verdict.Verdict, verdict.By, verdict.At)),
                ]))
            : UnknownImage();

    private static async Task<IResult> JudgeAsync(
        string collection,
        Guid id,
        VerdictRequest body,
        HttpContext context,
        ImageCatalog images,
        IEventPublisher events,
        TimeProvider time,
        CancellationToken ct,
        string tenant = Tenants.Default)
    {
        if (body.Verdict is not (PairVerdicts.Same or PairVerdicts.NotSame) || body.OtherId == id)
        {
            return Problems.Of(RefusalReasons.InvalidRequest, "verdict must be same or not-same, and otherId another image.");
        }

        return await PublishAsync(collection, id, body.OtherId, body.Verdict, tenant, context, images, events, time, ct);
    }

    private static async Task<IResult> WithdrawAsync(
        string collection,
        Guid id,
        Guid other,
        HttpContext context,
        ImageCatalog images,
        IEventPublisher events,
        TimeProvider time,
        CancellationToken ct,
        string tenant = Tenants.Default) =>
        await FindAsync(collection, id, tenant, images, ct) is { } image && image.VerdictOn(other) is null
            ? Problems.Of(Problems.NotFound, "There is no verdict on these two images.")
            : await PublishAsync(collection, id, other, PairVerdicts.Withdrawn, tenant, context, images, events, time, ct);

    private static async Task<IResult> PublishAsync(
        string collection,
        Guid id,
        Guid other,
        string verdict,
        string tenant,
        HttpContext context,
        ImageCatalog images,
        IEventPublisher events,
        TimeProvider time,
        CancellationToken ct)
    {
        var records = await images.GetManyAsync(collection, [id, other], ct);
        var objection = records[0]?.Tenant == tenant ? ImageVerdicts.ObjectionTo(records[0], records[1]) : RefusalReasons.UnknownImage;
        if (objection == RefusalReasons.TooManyVerdicts)
        {
            return Problems.Of(objection, $"An image remembers at most {VerdictList.Max} verdicts.");
        }

        if (objection is not null || records is not [{ } first, { } second])
        {
            return UnknownImage();
        }

        await events.PublishAsync(ImageVerdicts.Judge(first, second, verdict, context.User.Identity?.Name ?? ApiKeyAuthenticationHandler.Anonymous, time.GetUtcNow()), ct);
        return TypedResults.Accepted($"/v1/collections/{collection}/images/{id}/verdicts");
    }

    private static async Task<ImageRecord?> FindAsync(string collection, Guid id, string tenant, ImageCatalog images, CancellationToken ct) =>
        await images.GetAsync(collection, id, ct) is { } image && image.Tenant == tenant && image.IsLive(image.Incarnation) ? image : null;

    private static IResult UnknownImage() => Problems.Of(RefusalReasons.UnknownImage, "There is no such image.");
}

/// <summary>A verdict on an image and another.</summary>
/// <param name="OtherId">The other image.</param>
/// <param name="Verdict"><c>same</c> or <c>not-same</c>.</param>
public sealed record VerdictRequest(Guid OtherId, string Verdict);

/// <summary>The verdicts that stand.</summary>
/// <param name="ImageId">The image.</param>
/// <param name="Verdicts">By ascending id of the other image.</param>
public sealed record VerdictsResponse(Guid ImageId, IReadOnlyList<VerdictResponse> Verdicts);

/// <summary>A verdict that stands.</summary>
/// <param name="OtherId">The other image.</param>
/// <param name="Verdict"><c>same</c> or <c>not-same</c>.</param>
/// <param name="By">Who gave it: the name of a key.</param>
/// <param name="At">When, UTC.</param>
public sealed record VerdictResponse(Guid OtherId, string Verdict, string By, DateTimeOffset At);
