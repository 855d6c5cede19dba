using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Pipeline.Onnx;

/// <summary>Registers ONNX Runtime and the backbone.</summary>
public static class OnnxServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="OnnxSessionFactory"/>. The execution provider is settled while the host starts, so that a
    /// provider asked for and absent is an error then and not at the first image.
    /// </summary>
    public static IServiceCollection AddOnnxSessions(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        if (services.Any(service => service.ServiceType == typeof(OnnxSessionFactory)))
        {
            return services;
        }

        services.AddOptions<OnnxOptions>()
            .Bind(configuration.GetSection(OnnxOptions.SectionName))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<OnnxSessionFactory>();
        services.AddHostedService<OnnxStart>();
        return services;
    }

    /// <summary>
    /// Adds <see cref="BackboneModel"/>, <see cref="Backbone"/> and <see cref="FeatureBatcher"/>, one of each, made when first asked for; call
    /// <see cref="Backbone.WarmUp"/> before reporting readiness.
    /// </summary>
    public static IServiceCollection AddBackbone(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOnnxSessions(configuration);
        if (services.Any(service => service.ServiceType == typeof(Backbone)))
        {
            return services;
        }

        services.AddOptions<BackboneOptions>()
            .Bind(configuration.GetSection(BackboneOptions.SectionName))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<BackboneOptions>, BackboneOptionsValidator>();
        services.AddSingleton<BackboneModel>();
        services.AddSingleton(provider =>
        {
            BackboneOptions options = provider.GetRequiredService<IOptions<BackboneOptions>>().Value;
            return new Backbone(provider.GetRequiredService<BackboneModel>().Artifact, options, provider.GetRequiredService<OnnxSessionFactory>());
        });
        services.AddSingleton(provider => new FeatureBatcher(
            provider.GetRequiredService<Backbone>(), provider.GetRequiredService<IOptions<BackboneOptions>>().Value));
        return services;
    }

    /// <summary>Its construction makes the factory, whose construction settles the provider.</summary>
    private sealed class OnnxStart(OnnxSessionFactory sessions) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            ArgumentNullException.ThrowIfNull(sessions);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
