using MassTransit;
using Pipeline.Contracts.Events;
using Pipeline.HashEncoding.Training;
using Pipeline.Hashing;
using Pipeline.Messaging;

namespace Pipeline.HashEncoding;

/// <summary>Adds the HashEncoding service to a host.</summary>
public static class HashEncodingServiceCollectionExtensions
{
    /// <summary>Adds consumers and what they need.</summary>
    public static IServiceCollection AddHashEncoding(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddHashEncoder(configuration);
        services.AddSingleton<EncoderStart>();
        services.AddHostedService(provider => provider.GetRequiredService<EncoderStart>());
        services.AddHealthChecks().AddCheck<EncoderStart>("encoder", tags: ["ready"]);
        services.AddSingleton<Encoders>();
        services.AddSingleton<StoredFeatures>();
        services.AddEncoderTraining(configuration);
        services.AddPipelineRoute<HashEncoded>("indexing");
        services.AddPipelineRoute<ImageReencoded>("codes-indexing");
        return services.AddPipelineConsumers(bus =>
        {
            bus.AddConsumer<HashConsumer, HashConsumerDefinition>();
            bus.AddConsumer<EncodeImageConsumer, EncodeImageConsumerDefinition>();
            bus.AddConsumer<EncodeQueryConsumer, EncodeQueryConsumerDefinition>();
        });
    }
}
