using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;
using Pipeline.Neighbours;
using Pipeline.Neighbours.Embedding;

namespace Pipeline.NeighbourMining;

/// <summary>Adds the mining of neighbours.</summary>
internal static class MiningServiceCollectionExtensions
{
    public static IServiceCollection AddMining(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<MiningOptions>().Bind(configuration.GetSection(MiningOptions.SectionName)).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<EmbeddingOptions>().Bind(configuration.GetSection(EmbeddingOptions.SectionName)).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<MiningServiceOptions>().Bind(configuration.GetSection(MiningServiceOptions.SectionName)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<INeighbourQueries, BusNeighbourQueries>();
        services.AddSingleton<PairVerification>();
        services.AddSingleton<VectorEmbedding>();
        services.AddScoped<NeighbourhoodMiner>();
        services.AddScoped<MiningSweep>();
        services.AddSingleton<MiningMetrics>();
        services.AddScoped<NeighbourSweep>();
        services.AddScoped<CollectionEmbedding>();
        services.AddHostedService<MiningSweepService>();
        services.AddPipelineRoute<RepairNeighbours>("neighbour-repair");
        services.AddPipelineRoute<NeighboursMined>("model-evidence");
        return services.AddPipelineConsumers(bus =>
        {
            bus.AddConsumer<MiningConsumer>(typeof(MiningConsumerDefinition));
            bus.AddConsumer<RepairNeighboursConsumer>(typeof(RepairNeighboursConsumerDefinition));
            bus.AddConsumer<EmbedCollectionConsumer>(typeof(EmbedCollectionConsumerDefinition));
        });
    }
}
