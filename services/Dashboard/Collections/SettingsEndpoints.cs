using MassTransit;
using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Queries;
using Pipeline.Dashboard.Access;
using Pipeline.Dashboard.Audit;
using Pipeline.Dashboard.Pages;
using Pipeline.Messaging;

namespace Pipeline.Dashboard.Collections;

/// <summary>A collection's creation, settings and end, each asked of its owner and answered on the page.</summary>
internal static class SettingsEndpoints
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public static void MapSettings(this RouteGroupBuilder collections)
    {
        collections.MapGet("/{name}/settings", ShowAsync);
        collections.MapPost("/{name}/settings", ConfigureAsync).RequireAuthorization(DashboardAccess.Admin);
        collections.MapPost("/{name}/delete", DeleteAsync).RequireAuthorization(DashboardAccess.Admin);
        collections.MapPost("/", CreateAsync).RequireAuthorization(DashboardAccess.Admin);
    }

    private static async Task<IResult> ShowAsync(HttpContext context, string name, CollectionCatalog collections, CancellationToken ct, string? done = null) =>
        await collections.GetCurrentAsync(name, ct) is { } record
            ? Page(context, record, record.Settings, record.SettingsRevision, done is null ? null : Texts.Settings.Saved, problem: null)
            : Results.Redirect(DashboardPaths.Collections);

    private static async Task<IResult> ConfigureAsync(HttpContext context, string name, IBus bus, CollectionCatalog collections, AuditLog audit, CancellationToken ct)
    {
        if (await collections.GetCurrentAsync(name, ct) is not { } record)
        {
            return Results.Redirect(DashboardPaths.Collections);
        }

        var form = await context.Request.ReadFormAsync(ct);
        var revision = int.TryParse(form["revision"], out var known) ? known : record.SettingsRevision;
        var settings = record.Settings;
        try
        {
            settings = SettingField.Parse(form.ToDictionary(field => field.Key, field => (string?)field.Value, StringComparer.Ordinal));
            await audit.RunAsync(context, "settings", name, token => bus.AskAsync<ConfigureCollection, CollectionConfigured>(
                new ConfigureCollection { Collection = name, Settings = settings, ExpectedRevision = revision }, Patience, token));
        }
        catch (FormatException e)
        {
            return Page(context, record, settings, revision, done: null, e.Message);
        }
        catch (Exception e) when (ProblemOf(e) is { } problem)
        {
            return Page(context, record, settings, revision, done: null, problem);
        }

        return Results.Redirect($"{DashboardPaths.Collections}/{name}/settings?done=saved");
    }

    private static async Task<IResult> CreateAsync(HttpContext context, IBus bus, AuditLog audit, CollectionViews views, CancellationToken ct)
    {
        var name = ((string?)(await context.Request.ReadFormAsync(ct))["name"])?.Trim() ?? "";
        string? problem;
        if (CollectionName.IsValid(name))
        {
            try
            {
                await audit.RunAsync(context, "create", name, token => bus.AskAsync<CreateCollection, CollectionCreated>(
                    new CreateCollection { Collection = name }, Patience, token));
                return Results.Redirect($"{DashboardPaths.Collections}/{name}");
            }
            catch (Exception e) when (ProblemOf(e) is { } refusal)
            {
                problem = refusal;
            }
        }
        else
        {
            problem = Texts.Collections.BadName;
        }

        return new RazorComponentResult<CollectionsPage>(new { Page = PageContext.Of(context), Collections = await views.ListAsync(ct), Problem = problem, Name = name })
        {
            StatusCode = StatusCodes.Status422UnprocessableEntity,
        };
    }

    private static async Task<IResult> DeleteAsync(HttpContext context, string name, CollectionCatalog collections, CollectionCommands commands, AuditLog audit, CancellationToken ct)
    {
        if (await collections.GetCurrentAsync(name, ct) is null)
        {
            return Results.Redirect(DashboardPaths.Collections);
        }

        if ((await context.Request.ReadFormAsync(ct))["confirm"] != name)
        {
            await audit.NoteAsync(context, "delete", name, AuditOutcome.Refused);
            return Results.Redirect($"{DashboardPaths.Collections}/{name}?done=not-confirmed");
        }

        await audit.RunAsync(context, "delete", name, async token =>
        {
            await commands.DeleteAsync(name, token);
            return true;
        });
        return Results.Redirect($"{DashboardPaths.Collections}?deleted={name}");
    }

    private static RazorComponentResult<SettingsPage> Page(
        HttpContext context, CollectionRecord record, CollectionSettings settings, int revision, string? done, string? problem) =>
        new(new { Page = PageContext.Of(context), Record = record, Settings = settings, Revision = revision, Done = done, Problem = problem })
        {
            StatusCode = problem is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity,
        };

    /// <summary>What is told of a request that was not carried out; null for what is a fault of this process.</summary>
    private static string? ProblemOf(Exception error) => error switch
    {
        PermanentException { Reason: RefusalReasons.SettingsChanged } => Texts.Settings.ChangedMeanwhile,
        PermanentException refused => refused.Message,
        RequestTimeoutException => Texts.Settings.NoAnswer,
        RequestFaultException fault => fault.Message,
        _ => null,
    };
}
