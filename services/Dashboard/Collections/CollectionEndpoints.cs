using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Dashboard.Access;
using Pipeline.Dashboard.Audit;
using Pipeline.Dashboard.Pages;
using Pipeline.Messaging;

namespace Pipeline.Dashboard.Collections;

/// <summary>The pages of collections and of what they learned, and what admins do to them: each action is a command on the bus.</summary>
internal static class CollectionEndpoints
{
    public static IServiceCollection AddCollectionPages(this IServiceCollection services)
    {
        services.AddPipelineRoute<JudgePair>("verdicts");
        services.AddPipelineRoute<DeleteCollection>("collection-deletion");
        services.AddPipelineRoute<RebuildCollection>("collection-rebuild");
        services.AddPipelineRoute<UpdateModel>("model-updating");
        services.AddPipelineRoute<RollbackModel>("model");
        services.AddPipelineRoute<ReindexCollection>("reindex");
        services.AddPipelineRoute<CancelReindex>("reindex-cancel");
        services.AddPipelineRoute<RollbackCollection>("rollback");
        services.AddPipelineRoute<TrainEncoder>("encoder-training");
        services.AddPipelineRoute<TrainVocabulary>("vocabulary-training");
        services.AddPipelineRoute<RepairNeighbours>("neighbour-repair");
        services.AddPipelineRoute<EmbedCollection>("collection-embedding");
        services.AddSingleton<CollectionCommands>();
        return services.AddSingleton<CollectionViews>();
    }

    public static void MapCollections(this RouteGroupBuilder pages)
    {
        var collections = pages.MapGroup("/collections");
        collections.MapGet("/", async (HttpContext context, CollectionViews views, CancellationToken ct, string? deleted = null) =>
            new RazorComponentResult<CollectionsPage>(new { Page = PageContext.Of(context), Collections = await views.ListAsync(ct), Deleted = CollectionName.IsValid(deleted) ? deleted : null }));
        collections.MapSettings();
        collections.MapGet("/{name}", ShowAsync);
        collections.MapPost("/{name}/{action}", ActAsync).RequireAuthorization(DashboardAccess.Admin);
    }

    private static async Task<IResult> ShowAsync(HttpContext context, string name, CollectionViews views, CancellationToken ct, string? done = null)
    {
        var view = await views.GetAsync(name, ct);
        return new RazorComponentResult<CollectionPage>(new { Page = PageContext.Of(context), Name = name, View = view, Done = done })
        {
            StatusCode = view is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK,
        };
    }

    private static async Task<IResult> ActAsync(
        HttpContext context, string name, string action, CollectionCatalog collections, CollectionCommands commands, AuditLog audit, CancellationToken ct)
    {
        if (!CollectionCommands.Names.Contains(action) || await collections.GetCurrentAsync(name, ct) is not { } record)
        {
            return Results.NotFound();
        }

        if (CollectionCommands.Objection(action, record) is { } objection)
        {
            await audit.NoteAsync(context, action, name, AuditOutcome.Refused);
            return Results.Redirect($"{DashboardPaths.Collections}/{name}?done={objection}");
        }

        await audit.RunAsync(context, action, name, async token =>
        {
            await commands.PublishAsync(action, record, token);
            return true;
        });
        return Results.Redirect($"{DashboardPaths.Collections}/{name}?done={action}");
    }
}
