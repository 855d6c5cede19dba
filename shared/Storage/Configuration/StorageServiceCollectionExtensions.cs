using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Pipeline.Storage;

/// <summary>Registers the stores.</summary>
public static class StorageServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="IBlobStore"/>, <see cref="IStateStore"/>, <see cref="ArtifactStore"/> and an <see cref="IStorageProbe"/>
    /// for either store, by the sections <c>Storage:Blobs</c> and <c>Storage:State</c>, which are validated at start. Calling
    /// it twice adds nothing more.
    /// </summary>
    public static IServiceCollection AddPipelineStorage(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        if (services.Any(s => s.ServiceType == typeof(ArtifactStore)))
        {
            return services;
        }

        services.AddOptions<BlobStoreOptions>()
            .Bind(configuration.GetSection(BlobStoreOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<StateStoreOptions>()
            .Bind(configuration.GetSection(StateStoreOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<StateStoreOptions>, StateStoreOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IBlobStore>(p => new DirectoryBlobStore(p.GetRequiredService<IOptions<BlobStoreOptions>>().Value.Root));
        services.AddSingleton(CreateStateStore);
        services.AddSingleton(p => (IStorageProbe)p.GetRequiredService<IBlobStore>());
        services.AddSingleton(p => (IStorageProbe)p.GetRequiredService<IStateStore>());
        services.AddSingleton<ArtifactStore>();
        return services;
    }

    private static IStateStore CreateStateStore(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<StateStoreOptions>>().Value;
        return options.Provider == StateProvider.Redis
            ? new RedisStateStore(
                options.ConnectionString, options.KeyPrefix, options.Timeout, provider.GetService<ILogger<RedisStateStore>>(), options.Replicas)
            : new SqliteStateStore(options.Path);
    }
}
