using MassTransit;
using Microsoft.Extensions.Options;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;
using Pipeline.Neighbours.Words;

namespace Pipeline.NeighbourMining.Vocabularies;

/// <summary>Adds the training of vocabularies to a host.</summary>
public static class VocabularyServiceCollectionExtensions
{
    /// <summary>Adds consumers and what they need.</summary>
    public static IServiceCollection AddVocabularyTraining(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var section = configuration.GetSection(VocabularyTrainingOptions.SectionName);
        services.AddOptions<VocabularyTrainingOptions>().Bind(section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<VocabularyOptions>().Bind(section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<VocabularyOptions>, VocabularyOptionsValidator>();
        services.AddSingleton<VocabularyMetrics>();
        services.AddSingleton<TrainingImages>();
        services.AddSingleton<CollectionTraining>();
        services.AddSingleton<FirstVocabulary>();
        services.AddPipelineRoute<VocabularyPublished>("vocabulary");
        services.AddPipelineRoute<TrainVocabulary>("vocabulary-training");
        return services.AddPipelineConsumers(bus =>
        {
            bus.AddConsumer<TrainVocabularyConsumer, TrainVocabularyConsumerDefinition>();
            bus.AddConsumer<FirstVocabularyConsumer, FirstVocabularyConsumerDefinition>();
        });
    }
}
