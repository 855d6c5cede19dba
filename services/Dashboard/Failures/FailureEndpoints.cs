using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Pipeline.Dashboard.Access;
using Pipeline.Dashboard.Audit;
using Pipeline.Dashboard.Pages;
using Pipeline.Messaging;

namespace Pipeline.Dashboard.Failures;

/// <summary>The page of failures, and what operators do to them.</summary>
internal static class FailureEndpoints
{
    private const int PageSize = 50;
    private const int AtOnce = 16;

    public static void MapFailures(this RouteGroupBuilder pages)
    {
        var failures = pages.MapGroup("/failures");
        failures.MapGet("/", ListAsync);
        failures.MapGet("/{id:guid}", ShowAsync);
        failures.MapRetries();
        failures.MapPost("/re-drive", RedriveAsync).RequireAuthorization(DashboardAccess.Operator);
        failures.MapPost("/discard", DiscardAsync).RequireAuthorization(DashboardAccess.Operator);
    }

    private static async Task<IResult> ListAsync(HttpContext context, [AsParameters] FailureQuery query, FailureCatalog failures, CancellationToken ct)
    {
        var page = await failures.ListAsync(query.ToFilter(), query.After, PageSize, ct);
        return new RazorComponentResult<FailuresPage>(new
        {
            Page = PageContext.Of(context),
            Query = query,
            Failures = page,
            Total = await failures.CountAsync(ct),
            Stages = await failures.FacetsAsync("stage", ct),
            Reasons = await failures.FacetsAsync("reason", ct),
            Collections = await failures.FacetsAsync("collection", ct),
        });
    }

    private static async Task<IResult> ShowAsync(HttpContext context, Guid id, FailureCatalog failures, CancellationToken ct)
    {
        var record = await failures.GetAsync(id, ct);
        return new RazorComponentResult<FailurePageView>(new
        {
            Page = PageContext.Of(context),
            Failure = record,
            Body = record is null ? null : await failures.ReadBodyAsync(id, FailurePageView.LongestBody + 1, ct),
        })
        {
            StatusCode = record is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK,
        };
    }

    private static Task<IResult> RedriveAsync(
        HttpContext context, [FromForm] FailureSelection selection, FailureCatalog failures, IFailedMessages messages, AuditLog audit) =>
        HandleAsync(context, "re-drive", selection, failures, audit, async (record, ct) =>
        {
            if (!record.CanRedrive || await failures.ReadBodyAsync(record.Id, ct) is not { } body)
            {
                return false;
            }

            var message = new FailedMessage
            {
                Id = record.Id,
                Endpoint = record.Stage,
                Quarantined = record.Kind == FailureKind.Quarantine,
                Body = body,
                ContentType = record.ContentType,
                Headers = record.Headers,
                FailedAt = record.At,
            };
            await messages.RedriveAsync(message, ct);
            // The broker has it: should this be lost, it is driven twice, which changes nothing.
            return await failures.RemoveAsync(record.Id, ct);
        });

    private static Task<IResult> DiscardAsync(HttpContext context, [FromForm] FailureSelection selection, FailureCatalog failures, AuditLog audit) =>
        HandleAsync(context, "discard", selection, failures, audit, (record, ct) => failures.RemoveAsync(record.Id, ct));

    private static async Task<IResult> HandleAsync(
        HttpContext context, string action, FailureSelection selection, FailureCatalog failures, AuditLog audit, Func<FailureRecord, CancellationToken, Task<bool>> handle)
    {
        var query = selection.ToQuery();
        var target = selection.All ? query.ToText() : string.Join(' ', selection.Id.Take(5)) + (selection.Id.Length > 5 ? " …" : "");
        var count = await audit.RunAsync(context, action, target, ct => selection.All
            ? HandleAllAsync(query.ToFilter(), failures, handle, ct)
            : HandleSomeAsync(selection.Id, failures, handle, ct));
        return Results.Redirect(string.Create(
            CultureInfo.InvariantCulture, $"{DashboardPaths.Failures}?{query.ToQueryString()}&done={action}&count={count}"));
    }

    private static async Task<int> HandleSomeAsync(
        Guid[] ids, FailureCatalog failures, Func<FailureRecord, CancellationToken, Task<bool>> handle, CancellationToken ct)
    {
        var count = 0;
        foreach (var id in ids)
        {
            if (await failures.GetAsync(id, ct) is { } record && await handle(record, ct))
            {
                count++;
            }
        }

        return count;
    }

    // Page by page, so that their number does not matter; those that come meanwhile are later ones and are left.
    private static async Task<int> HandleAllAsync(
        FailureFilter filter, FailureCatalog failures, Func<FailureRecord, CancellationToken, Task<bool>> handle, CancellationToken ct)
    {
        var count = 0;
        string? cursor = null;
        do
        {
            var page = await failures.ListAsync(filter, cursor, FailureCatalog.MaxPage, ct);
            await Parallel.ForEachAsync(page.Records, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct }, async (record, token) =>
            {
                if (await handle(record, token))
                {
                    Interlocked.Increment(ref count);
                }
            });
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return count;
    }
}
