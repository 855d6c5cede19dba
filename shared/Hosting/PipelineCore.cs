using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pipeline.Catalog;
using Pipeline.Messaging;
using Pipeline.Storage;

namespace Pipeline.Hosting;

/// <summary>What every service stands on: the bus, the stores and the catalog.</summary>
public static class PipelineCore
{
    /// <summary>
    /// Adds bus, stores, catalog and their health, each configured by its own section. Call it after the service's own
    /// <c>Add…</c>: the bus is made of the consumers known by then.
    /// </summary>
    public static WebApplicationBuilder AddPipelineCore(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddPipelineStorage(builder.Configuration);
        builder.Services.AddPipelineCatalog();
        builder.Services.TryAddSingleton<ICollectionLives, CollectionLives>();
        builder.Services.AddPipelineMessaging(builder.Configuration);
        builder.Services.AddSingleton<StorageMetrics>();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IErrorClassifier, StorageErrors>());
        builder.Services.AddHostedService<ServiceReporter>();
        builder.Services.AddHealthChecks().AddCheck<StorageHealth>("storage", tags: ["ready"]);
        return builder;
    }
}
