using MassTransit;
using Pipeline.Indexing.Neighbours;
using Pipeline.Indexing.Search;
using Pipeline.Messaging;
using Pipeline.VectorIndex;

namespace Pipeline.Indexing;

/// <summary>Adds the Indexing service to a host.</summary>
public static class IndexingServiceCollectionExtensions
{
    /// <summary>Adds consumers and what they need.</summary>
    public static IServiceCollection AddIndexing(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<SearchOptions>().Bind(configuration.GetSection(SearchOptions.SectionName)).ValidateDataAnnotations().ValidateOnStart();
        services.AddEmbeddedVectorIndex(configuration);
        services.AddSingleton<Generations>();
        services.AddSingleton<IndexWrites>();
        services.AddSingleton<ImageIndexer>();
        services.AddSingleton<ImageDeletion>();
        services.AddSingleton<QuerySteps>();
        services.AddSingleton<GeometricReranker>();
        services.AddSingleton<ImageSearch>();
        return services.AddPipelineConsumers(bus =>
        {
            bus.AddConsumer<FeatureEventsConsumer, FeatureEventsConsumerDefinition>();
            bus.AddConsumer<DeleteImageConsumer, DeleteImageConsumerDefinition>();
            bus.AddConsumer<SearchImagesConsumer, SearchImagesConsumerDefinition>();
            bus.AddConsumer<FindNeighboursConsumer, FindNeighboursConsumerDefinition>();
            bus.AddConsumer<IndexVectorConsumer, IndexVectorConsumerDefinition>();
        });
    }
}
