using MassTransit;
using Pipeline.Contracts.Events;
using Microsoft.Extensions.Options;
using Pipeline.Extraction;
using Pipeline.Messaging;
using Pipeline.Sift;
using Pipeline.SiftExtraction.Words;

namespace Pipeline.SiftExtraction;

/// <summary>Adds the SiftExtraction service to a host.</summary>
public static class SiftExtractionServiceCollectionExtensions
{
    /// <summary>Adds consumers and what they need.</summary>
    public static IServiceCollection AddSiftExtraction(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<SiftOptions>().Bind(configuration.GetSection(SiftOptions.SectionName)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SiftOptions>, SiftOptionsValidator>();
        services.AddImageReading(configuration);
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<SiftOptions>>().Value);
        services.AddSingleton<SiftExtractor>();
        services.AddSingleton<GeometricVerifier>();
        services.AddSingleton<SiftPipeline>();
        services.AddSingleton<Vocabularies>();
        services.AddPipelineRoute<SiftExtracted>("indexing");
        services.AddPipelineRoute<VisualWordsExtracted>("words-indexing");
        services.AddPipelineRoute<ImageRejected>("indexing");
        return services.AddPipelineConsumers(bus =>
        {
            bus.AddConsumer<SiftConsumer, SiftConsumerDefinition>();
            bus.AddConsumer<VerifyCandidatesConsumer, VerifyCandidatesConsumerDefinition>();
            bus.AddConsumer<QuantizeImageConsumer, QuantizeImageConsumerDefinition>();
            bus.AddConsumer<ExtractQueryWordsConsumer, ExtractQueryWordsConsumerDefinition>();
        });
    }
}
