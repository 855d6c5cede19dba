using Microsoft.AspNetCore.Mvc;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Dashboard.Access;
using Pipeline.Dashboard.Audit;
using Pipeline.Messaging;

namespace Pipeline.Dashboard.Explorer;

/// <summary>Operators say whether two images are the same: a command to the owner of the images, like that of any application.</summary>
internal static class VerdictEndpoints
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    public static void MapVerdicts(this RouteGroupBuilder explorer) =>
        explorer.MapPost("/{collection}/{id:guid}/verdicts", JudgeAsync).RequireAuthorization(DashboardAccess.Operator);

    private static async Task<IResult> JudgeAsync(
        HttpContext context,
        string collection,
        Guid id,
        [FromForm] Guid other,
        [FromForm] string verdict,
        ImageCatalog images,
        IServiceScopeFactory scopes,
        AuditLog audit,
        TimeProvider time,
        [FromForm] string? back = null)
    {
        if (!CollectionName.IsValid(collection) || !PairVerdicts.IsKnown(verdict) || other == id)
        {
            // No form of ours says so, and the log keeps nothing that somebody made up.
            return Results.BadRequest();
        }

        var target = $"{collection}/{id} {other}";
        var address = $"{DashboardPaths.Explorer}/{collection}/{id}{(back == "matches" ? $"/matches/{other}" : "")}";
        var records = await images.GetManyAsync(collection, [id, other], context.RequestAborted);
        if (ImageVerdicts.ObjectionTo(records[0], records[1]) is not null || records is not [{ } first, { } second])
        {
            await audit.NoteAsync(context, verdict, target, AuditOutcome.Refused);
            return Results.Redirect($"{address}?done=refused");
        }

        var isNoted = await audit.RunAsync(context, verdict, target, async ct =>
        {
            await using var scope = scopes.CreateAsyncScope();
            var command = ImageVerdicts.Judge(first, second, verdict, context.User.Identity?.Name ?? Texts.Audit.Nobody, time.GetUtcNow());
            await scope.ServiceProvider.GetRequiredService<IEventPublisher>().PublishAsync(command, ct);
            return await IsNotedAsync(images, second, id, command.At, time, ct);
        });
        return Results.Redirect($"{address}?done={(isNoted ? verdict : "asked")}");
    }

    /// <summary>Waits a moment, so that the page that follows shows what was said; an owner that is away finds the command later.</summary>
    private static async Task<bool> IsNotedAsync(ImageCatalog images, ImageRecord second, Guid first, DateTimeOffset at, TimeProvider time, CancellationToken ct)
    {
        for (var until = time.GetUtcNow() + Patience; time.GetUtcNow() < until; await Task.Delay(Look, time, ct))
        {
            if ((await images.GetAsync(second.Collection, second.ImageId, ct))?.VerdictOn(first)?.At >= at)
            {
                return true;
            }
        }

        return false;
    }
}
