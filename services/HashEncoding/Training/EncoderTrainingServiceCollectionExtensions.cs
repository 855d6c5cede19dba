using MassTransit;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Hashing.Learning;
using Pipeline.Messaging;
using Pipeline.Onnx;

namespace Pipeline.HashEncoding.Training;

/// <summary>Adds the training of encoders to a host.</summary>
public static class EncoderTrainingServiceCollectionExtensions
{
    /// <summary>Adds consumers and what they need.</summary>
    public static IServiceCollection AddEncoderTraining(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<EncoderTrainingOptions>()
            .Bind(configuration.GetSection(EncoderTrainingOptions.SectionName))
            .ValidateDataAnnotations()
            .Validate(options => (options.Bits ?? 0) % 8 == 0, "Hashing:Training:Bits must be a multiple of 8.")
            .Validate(options => new EncoderMethods(Learners(sessions: null)).Find(options.MethodNames()) is not null, "Hashing:Training:Methods names a method that is not known.")
            .ValidateOnStart();
        services.AddSingleton<EncoderMetrics>();
        services.AddSingleton(provider => new EncoderMethods(Learners(provider.GetRequiredService<OnnxSessionFactory>())));
        services.AddSingleton<CandidateTraining>();
        services.AddSingleton<CollectionEncoders>();
        services.AddPipelineRoute<EncoderPublished>("encoder");
        services.AddPipelineRoute<TrainEncoder>("encoder-training");
        return services.AddPipelineConsumers(bus =>
        {
            bus.AddConsumer<TrainEncoderConsumer, TrainEncoderConsumerDefinition>();
            bus.AddConsumer<FirstEncoderConsumer, FirstEncoderConsumerDefinition>();
        });
    }

    /// <summary>The references, and linear distance preserving hashing over each, with labels and without, on a GPU where there is one.</summary>
    private static IEnumerable<IHashLearner> Learners(OnnxSessionFactory? sessions) =>
        HashLearners.ReferenceNames.SelectMany(
            name => (IHashLearner[])[HashLearners.Named(name), HashLearners.Named($"ldph({name})", sessions), HashLearners.Named($"ldsh({name})", sessions)]);
}
