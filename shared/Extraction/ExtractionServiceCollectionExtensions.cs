using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Pipeline.Imaging;
using Pipeline.Messaging;

namespace Pipeline.Extraction;

/// <summary>Adds what the services that read images share.</summary>
public static class ExtractionServiceCollectionExtensions
{
    /// <summary>Adds the image decoder with its validated limits, and the classification of image errors.</summary>
    public static IServiceCollection AddImageReading(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<ImagingOptions>().Bind(configuration.GetSection(ImagingOptions.SectionName)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ImagingOptions>, ImagingOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IErrorClassifier, ImageFaultReasons>());
        services.TryAddSingleton(provider => new ImageDecoder(provider.GetRequiredService<IOptions<ImagingOptions>>().Value));
        services.TryAddSingleton<StoredImages>();
        return services;
    }
}
