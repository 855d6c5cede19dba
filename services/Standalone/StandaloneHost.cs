using Microsoft.Extensions.Options;
using Pipeline.CnnExtraction;
using Pipeline.Dashboard;
using Pipeline.Gateway;
using Pipeline.HashEncoding;
using Pipeline.Hosting;
using Pipeline.Indexing;
using Pipeline.ModelUpdating;
using Pipeline.NeighbourMining;
using Pipeline.SiftExtraction;
using Pipeline.Upload;

namespace Pipeline.Standalone;

/// <summary>All services in one process, on the embedded defaults unless configured otherwise.</summary>
public static class StandaloneHost
{
    /// <summary>Builds the host.</summary>
    /// <param name="args">Command line, as configuration.</param>
    /// <param name="configure">Changes the builder before anything is added.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        configure?.Invoke(builder);
        builder.AddPipelineHost("standalone");
        builder.Services.AddUpload(builder.Configuration);
        builder.Services.AddSiftExtraction(builder.Configuration);
        builder.Services.AddCnnExtraction(builder.Configuration);
        builder.Services.AddHashEncoding(builder.Configuration);
        builder.Services.AddIndexing(builder.Configuration);
        builder.Services.AddNeighbourMining(builder.Configuration);
        builder.Services.AddModelUpdating(builder.Configuration);
        builder.Services.AddGateway(builder.Configuration);
        builder.Services.AddDashboard(builder.Configuration);
        builder.Services.AddOptions<DashboardOptions>().PostConfigure<IOptions<GatewayOptions>>(ShareKeys);
        builder.Services.AddHostedService<UnfinishedWork>();
        builder.AddPipelineCore();

        var app = builder.Build();
        app.MapGateway();
        app.MapDashboard();
        app.MapPipelineHost();
        return app;
    }

    /// <summary>One process has one set of keys, unless the page has its own: those that are limited to no part of what it shows.</summary>
    private static void ShareKeys(DashboardOptions dashboard, IOptions<GatewayOptions> gateway)
    {
        if (dashboard.ApiKeys.Count == 0)
        {
            foreach (var key in gateway.Value.ApiKeys.Where(key => key.Collections.Count == 0 && key.Tenants.Count == 0))
            {
                dashboard.ApiKeys.Add(key);
            }
        }
    }
}
