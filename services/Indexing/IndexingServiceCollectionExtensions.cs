using MassTransit;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Indexing.Codes;
using Pipeline.Indexing.Collections;
using Pipeline.Indexing.Models;
using Pipeline.Indexing.Neighbours;
using Pipeline.Indexing.Reindexing;
using Pipeline.Indexing.Search;
using Pipeline.Indexing.Verdicts;
using Pipeline.Indexing.Words;
using Pipeline.Messaging;
using Pipeline.Neighbours.Fusion;
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
        services.AddOptions<FusionOptions>()
            .Bind(configuration.GetSection($"{SearchOptions.SectionName}:{FusionOptions.SectionName}"))
            .Validate(fusion => IsWeight(fusion.CnnWeight) && IsWeight(fusion.SiftWeight) && IsWeight(fusion.CieWeight), "Search:Fusion: the weights must be 0 to 1000.")
            .ValidateOnStart();
        services.AddVectorIndex(configuration);
        services.AddSingleton<Generations>();
        services.AddSingleton<IndexWrites>();
        services.AddSingleton<ImageIndexer>();
        services.AddSingleton<ImageDeletion>();
        services.AddSingleton<IndexedEvents>();
        services.AddSingleton<VocabularyChange>();
        services.AddOptions<EncoderChangeOptions>().Bind(configuration.GetSection(EncoderChangeOptions.SectionName)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<EncoderChange>();
        services.AddSingleton<ICollectionChange>(provider => provider.GetRequiredService<EncoderChange>());
        services.AddSingleton<ModelAnnouncement>();
        services.AddSingleton<ModelReplacement>();
        services.AddReindexing(configuration);
        services.AddHostedService<CollectionChangeService>();
        services.AddCollectionKeeping(configuration);
        services.AddSingleton<QuerySteps>();
        services.AddSingleton<GeometricReranker>();
        services.AddSingleton<QueryReader>();
        services.AddSingleton<CandidateSearch>();
        services.AddSingleton<ImageSearch>();
        services.AddPipelineRoute<QuantizeImage>("visual-words");
        services.AddPipelineRoute<ImageIndexed>("first-vocabulary");
        services.AddPipelineRoute<ImageIndexed>("first-encoder");
        services.AddPipelineRoute<EncodeImage>("re-encoding");
        services.AddPipelineRoute<EmbedImages>("re-embedding");
        services.AddPipelineRoute<PairJudged>("neighbour-mining");
        services.AddPipelineRoute<PairJudged>("model-evidence");
        return services.AddPipelineConsumers(bus =>
        {
            bus.AddConsumer<FeatureEventsConsumer, FeatureEventsConsumerDefinition>();
            bus.AddConsumer<DeleteImageConsumer, DeleteImageConsumerDefinition>();
            bus.AddConsumer<SearchImagesConsumer, SearchImagesConsumerDefinition>();
            bus.AddConsumer<FindNeighboursConsumer, FindNeighboursConsumerDefinition>();
            bus.AddConsumer<IndexVectorConsumer, IndexVectorConsumerDefinition>();
            bus.AddConsumer<VisualWordsConsumer, VisualWordsConsumerDefinition>();
            bus.AddConsumer<VocabularyConsumer, VocabularyConsumerDefinition>();
            bus.AddConsumer<EncoderConsumer, EncoderConsumerDefinition>();
            bus.AddConsumer<ModelConsumer, ModelConsumerDefinition>();
            bus.AddConsumer<ImageReencodedConsumer, ImageReencodedConsumerDefinition>();
            bus.AddConsumer<ReindexCollectionConsumer, ReindexCollectionConsumerDefinition>();
            bus.AddConsumer<CancelReindexConsumer, CancelReindexConsumerDefinition>();
            bus.AddConsumer<RollbackCollectionConsumer, RollbackCollectionConsumerDefinition>();
            bus.AddConsumer<DeleteCollectionConsumer, DeleteCollectionConsumerDefinition>();
            bus.AddConsumer<JudgePairConsumer, JudgePairConsumerDefinition>();
            bus.AddConsumer<RebuildCollectionConsumer, RebuildCollectionConsumerDefinition>();
        });
    }

    private static void AddReindexing(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ReindexOptions>().Bind(configuration.GetSection(ReindexOptions.SectionName)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ReindexMetrics>();
        services.AddSingleton<ReindexReports>();
        services.AddSingleton<GenerationVersions>();
        services.AddSingleton<GenerationChange>();
        services.AddSingleton<StoredFeatures>();
        services.AddSingleton<GenerationFiller>();
        services.AddSingleton<ReindexThrottle>();
        services.AddSingleton<Canaries>();
        services.AddSingleton<GenerationVerification>();
        services.AddSingleton<GenerationFill>();
        services.AddSingleton<ICollectionChange, GenerationKeeping>();
        services.AddHostedService<ReindexService>();
    }

    private static bool IsWeight(double value) => value is >= 0 and <= 1000;
}
