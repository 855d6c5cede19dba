using MassTransit;
using Pipeline.Contracts.Events;
using Pipeline.Extraction;
using Pipeline.Messaging;
using Pipeline.Upload.Sources;

namespace Pipeline.Upload;

/// <summary>Adds the Upload service to a host.</summary>
public static class UploadServiceCollectionExtensions
{
    /// <summary>Adds consumers and what they need.</summary>
    public static IServiceCollection AddUpload(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<UploadOptions>().Bind(configuration.GetSection(UploadOptions.SectionName)).ValidateDataAnnotations().ValidateOnStart();
        services.AddImageReading(configuration);
        services.AddSingleton<FileSource>();
        services.AddSingleton<HttpSource>();
        services.AddSingleton<SourceFetcher>();
        services.AddSingleton<CollectionLimits>();
        services.AddSingleton<CollectionKeeping>();
        services.AddSingleton<ImageIntake>();
        services.AddHostedService<CollectionSeeder>();
        services.AddPipelineRoute<ImageAccepted>("sift-extraction");
        services.AddPipelineRoute<ImageAccepted>("cnn-extraction");
        services.AddPipelineRoute<ImageRejected>("upload-rejections");
        return services.AddPipelineConsumers(bus =>
        {
            bus.AddConsumer<UploadConsumer, UploadConsumerDefinition>();
            bus.AddConsumer<UploadRejectedConsumer, UploadRejectedConsumerDefinition>();
            bus.AddConsumer<CreateCollectionConsumer, CreateCollectionConsumerDefinition>();
        });
    }
}
