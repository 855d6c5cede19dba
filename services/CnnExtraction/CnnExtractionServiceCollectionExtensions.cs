using MassTransit;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Extraction;
using Pipeline.Messaging;
using Pipeline.Onnx;

namespace Pipeline.CnnExtraction;

/// <summary>Adds the CnnExtraction service to a host.</summary>
public static class CnnExtractionServiceCollectionExtensions
{
    /// <summary>Adds consumers and what they need.</summary>
    public static IServiceCollection AddCnnExtraction(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddImageReading(configuration);
        services.AddBackbone(configuration);
        services.AddSingleton<CnnPipeline>();
        services.AddSingleton<HeadEmbedding>();
        services.AddSingleton<ModelStart>();
        services.AddHostedService(provider => provider.GetRequiredService<ModelStart>());
        services.AddHealthChecks().AddCheck<ModelStart>("model", tags: ["ready"]);
        services.AddPipelineRoute<CnnExtracted>("hash-encoding");
        services.AddPipelineRoute<CnnExtracted>("indexing");
        services.AddPipelineRoute<EncodeImage>("re-encoding");
        services.AddPipelineRoute<ImageRejected>("indexing");
        return services.AddPipelineConsumers(bus =>
        {
            bus.AddConsumer<CnnConsumer, CnnConsumerDefinition>();
            bus.AddConsumer<EmbedImagesConsumer, EmbedImagesConsumerDefinition>();
            bus.AddConsumer<ExtractQueryFeaturesConsumer, ExtractQueryFeaturesConsumerDefinition>();
        });
    }
}
