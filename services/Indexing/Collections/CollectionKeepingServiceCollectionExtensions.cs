using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;

namespace Pipeline.Indexing.Collections;

/// <summary>Adds what deletes, rebuilds and keeps collections.</summary>
internal static class CollectionKeepingServiceCollectionExtensions
{
    public static IServiceCollection AddCollectionKeeping(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<CollectionDeletionOptions>()
            .Bind(configuration.GetSection(CollectionDeletionOptions.SectionName)).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<RetentionOptions>().Bind(configuration.GetSection(RetentionOptions.SectionName)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<CollectionRemoval>();
        services.AddHostedService<CollectionRemovalService>();
        services.AddSingleton<CollectionRebuilding>();
        services.AddSingleton<RetentionMetrics>();
        services.AddSingleton<RetentionSweep>();
        services.AddHostedService<RetentionService>();
        services.AddSingleton<ICollectionChange, ManifestKeeping>();
        services.AddPipelineRoute<DeleteImage>("deletion");
        services.AddPipelineRoute<RebuildCollection>("collection-rebuild");
        services.AddPipelineRoute<ImageAccepted>("sift-extraction");
        services.AddPipelineRoute<ImageAccepted>("cnn-extraction");
        return services;
    }
}
