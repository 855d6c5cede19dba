using MassTransit;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Learning;
using Pipeline.Learning.Gate;
using Pipeline.Learning.Synthesis;
using Pipeline.Messaging;
using Pipeline.ModelUpdating.Evidence;
using Pipeline.ModelUpdating.Start;
using Pipeline.ModelUpdating.Training;
using Pipeline.Onnx;

namespace Pipeline.ModelUpdating;

/// <summary>Adds the ModelUpdating service to a host.</summary>
public static class ModelUpdatingServiceCollectionExtensions
{
    /// <summary>Adds consumers and what they need.</summary>
    public static IServiceCollection AddModelUpdating(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<ModelUpdatingOptions>().Bind(configuration.GetSection(ModelUpdatingOptions.SectionName)).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<LearningOptions>().Bind(configuration.GetSection(LearningOptions.SectionName)).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<SynthesisOptions>().Bind(configuration.GetSection(SynthesisOptions.SectionName)).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<GateOptions>().Bind(configuration.GetSection(GateOptions.SectionName)).ValidateDataAnnotations().ValidateOnStart();
        services.AddBackbone(configuration);
        services.AddSingleton<CollectionWalk>();
        services.AddSingleton<SeenPairs>();
        services.AddSingleton<LearnedPairs>();
        services.AddSingleton<UpdatePlanner>();
        services.AddSingleton<UpdatePlans>();
        services.AddSingleton<StoredActivations>();
        services.AddSingleton<PresentHead>();
        services.AddSingleton<UpdateCheckpoints>();
        services.AddSingleton<ModelUpdateMetrics>();
        services.AddSingleton<HeadTrainer>();
        services.AddSingleton<CollectionUpdates>();
        services.AddSingleton<UpdateStart>();
        services.AddHostedService<UpdateStartService>();
        services.AddPipelineRoute<UpdateModel>("model-updating");
        services.AddPipelineRoute<ModelPublished>("model");
        return services.AddPipelineConsumers(bus =>
        {
            bus.AddConsumer<EvidenceConsumer, EvidenceConsumerDefinition>();
            bus.AddConsumer<UpdateModelConsumer, UpdateModelConsumerDefinition>();
        });
    }
}
