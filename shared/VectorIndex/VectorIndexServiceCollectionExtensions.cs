using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Storage;
using Pipeline.VectorIndex.Qdrant;

namespace Pipeline.VectorIndex;

/// <summary>Registers a vector index.</summary>
public static class VectorIndexServiceCollectionExtensions
{
    /// <summary>
    /// Adds the <see cref="IVectorIndex"/> that section <see cref="VectorIndexOptions.Section"/> chooses, with the neighbour graphs that it keeps or
    /// else searches in their place.
    /// The embedded index is opened when the host starts, so that a damaged or locked one stops the start and not the first search. Qdrant may be
    /// away at the start: an <see cref="IStorageProbe"/> tells whether it is there.
    /// </summary>
    /// <param name="services">Where to add it.</param>
    /// <param name="configuration">The root of the configuration.</param>
    public static IServiceCollection AddVectorIndex(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<VectorIndexOptions>()
            .Bind(configuration.GetSection(VectorIndexOptions.Section))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        if (configuration.GetSection(VectorIndexOptions.Section).GetValue(nameof(VectorIndexOptions.Provider), IndexProvider.Embedded) == IndexProvider.Qdrant)
        {
            AddQdrant(services, configuration);
        }
        else
        {
            services.AddSingleton<IVectorIndex>(provider => EmbeddedVectorIndex.Open(
                provider.GetRequiredService<IOptions<VectorIndexOptions>>().Value,
                provider.GetRequiredService<ILogger<EmbeddedVectorIndex>>()));
        }

        services.AddSingleton(NeighboursOf);
        services.AddHostedService<OpenAtStart>();
        return services;
    }

    private static void AddQdrant(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<QdrantOptions>()
            .Bind(configuration.GetSection(QdrantOptions.Section))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<QdrantOptions>, QdrantOptionsValidator>());
        services.AddSingleton(provider => new QdrantVectorIndex(
            provider.GetRequiredService<IOptions<QdrantOptions>>().Value,
            provider.GetService<TimeProvider>(),
            provider.GetService<IMeterFactory>(),
            provider.GetRequiredService<ILogger<QdrantVectorIndex>>()));
        services.AddSingleton<IVectorIndex>(provider => provider.GetRequiredService<QdrantVectorIndex>());
        services.AddSingleton<IIndexSnapshots>(provider => provider.GetRequiredService<QdrantVectorIndex>());
        services.AddSingleton<IStorageProbe>(provider => provider.GetRequiredService<QdrantVectorIndex>());
    }

    /// <summary>The graphs that the index keeps, or else searches in their place.</summary>
    private static INeighbourGraphIndex NeighboursOf(IServiceProvider provider)
    {
        var index = provider.GetRequiredService<IVectorIndex>();
        var options = provider.GetRequiredService<IOptions<VectorIndexOptions>>().Value;
        var candidates = options.GraphCandidates == 0 ? SearchedNeighbours.DefaultCandidates(options.GraphNeighbours) : options.GraphCandidates;
        return index.NeighbourGraphs ?? new SearchedNeighbours(index, options.GraphNeighbours, candidates);
    }

    private sealed class OpenAtStart(IServiceProvider provider) : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken)
        {
            provider.GetRequiredService<IVectorIndex>();
            return Task.CompletedTask;
        }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
