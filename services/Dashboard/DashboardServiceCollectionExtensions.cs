using MassTransit;
using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.Dashboard.Access;
using Pipeline.Dashboard.Audit;
using Pipeline.Dashboard.Collections;
using Pipeline.Dashboard.Explorer;
using Pipeline.Dashboard.Failures;
using Pipeline.Dashboard.Images;
using Pipeline.Dashboard.Live;
using Pipeline.Dashboard.Pages;
using Pipeline.Extraction;
using Pipeline.Messaging;

namespace Pipeline.Dashboard;

/// <summary>Adds the dashboard to a host, and maps its pages.</summary>
public static class DashboardServiceCollectionExtensions
{
    private const int AuditPageSize = 100;

    /// <summary>Adds what the pages need.</summary>
    public static IServiceCollection AddDashboard(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<DashboardOptions>().Bind(configuration.GetSection(DashboardOptions.SectionName)).ValidateDataAnnotations().ValidateOnStart();
        services.AddRazorComponents();
        services.AddDashboardAccess();
        services.AddSingleton<SignInAttempts>();
        services.AddSingleton<AuditLog>();
        services.AddSingleton<PipelineMonitor>();
        services.AddSingleton<LiveFigures>();
        services.AddHostedService<MonitorStore>();
        services.AddHostedService<QueueWatch>();
        services.AddImageReading(configuration);
        services.AddSingleton<Thumbnails>();
        services.AddSingleton<FailureCatalog>();
        services.AddSingleton<FailureMetrics>();
        if (configuration.GetValue($"{DashboardOptions.SectionName}:{nameof(DashboardOptions.CollectFailures)}", true))
        {
            services.AddHostedService<FailureCollector>();
        }

        services.AddCollectionPages();
        services.AddSingleton<ExplorerSearch>();
        return services.AddPipelineConsumers(bus =>
        {
            bus.AddConsumer<ServiceReportedConsumer, ServiceReportedConsumerDefinition>();
            bus.AddConsumer<RejectionsConsumer, RejectionsConsumerDefinition>();
            bus.AddConsumer<DeletionsConsumer, DeletionsConsumerDefinition>();
        });
    }

    /// <summary>Maps the pages below <see cref="DashboardPaths.Root"/>. The host uses authentication and authorisation.</summary>
    public static WebApplication MapDashboard(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var all = app.MapGroup(DashboardPaths.Root).ExcludeFromDescription().DisableAntiforgery()
            .AddEndpointFilter(PageHeaders.AddAsync).AddEndpointFilter(AntiforgeryCheck.RequireAsync).AddEndpointFilter(StoreFaults.ShowAsync);
        all.MapGet("/assets/{hash}/{name}", PageAssets.Get);
        all.MapSignIn();

        var pages = all.MapGroup("").RequireAuthorization(DashboardAccess.Viewer);
        pages.MapGet("/", (HttpContext context, LiveFigures figures) =>
            new RazorComponentResult<PipelinePage>(new { Page = PageContext.Of(context), View = figures.Read() }));
        pages.MapGet("/live", LiveEndpoint.Stream);
        pages.MapGet("/audit", async (HttpContext context, AuditLog audit, CancellationToken ct, string? after = null) =>
            new RazorComponentResult<AuditPageView>(new { Page = PageContext.Of(context), Log = await audit.ListAsync(after, AuditPageSize, ct) }))
            .RequireAuthorization(DashboardAccess.Operator);
        pages.MapFailures();
        pages.MapCollections();
        pages.MapThumbnails();
        pages.MapExplorer();
        return app;
    }
}
