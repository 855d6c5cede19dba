using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Onnx;

namespace Pipeline.Hashing;

/// <summary>Registers the hash encoder.</summary>
public static class HashingServiceCollectionExtensions
{
    /// <summary>
    /// Adds one <see cref="HashEncoder"/>, made when first asked for: the model that <see cref="HashEncoderOptions"/>
    /// name, or random hyperplanes for the configured backbone. The backbone is read, not run.
    /// </summary>
    public static IServiceCollection AddHashEncoder(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddBackbone(configuration);
        if (services.Any(service => service.ServiceType == typeof(HashEncoder)))
        {
            return services;
        }

        services.AddOptions<HashEncoderOptions>()
            .Bind(configuration.GetSection(HashEncoderOptions.SectionName))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton(provider => new InitialEncoder(
            Load(provider, provider.GetRequiredService<IOptions<HashEncoderOptions>>().Value)));
        services.AddSingleton(provider => new HashEncoder(
            provider.GetRequiredService<InitialEncoder>().Model,
            provider.GetRequiredService<OnnxSessionFactory>()));
        return services;
    }

    private static byte[] Load(IServiceProvider provider, HashEncoderOptions options)
    {
        if (options.ModelPath is { } path)
        {
            return ModelFiles.ReadVerified(path, options.Sha256);
        }

        string output = provider.GetRequiredService<IOptions<BackboneOptions>>().Value.EmbeddingOutput;
        byte[] model = RandomHyperplanes
            .ForBackbone(provider.GetRequiredService<BackboneModel>().Artifact, options.Bits, options.Seed, output)
            .BuildModel();
        if (options.Sha256 is { } expected)
        {
            ModelFiles.Verify(model, expected, "The random-hyperplane encoder");
        }

        return model;
    }
}
