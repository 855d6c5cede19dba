using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Pipeline.VectorIndex;

/// <summary>Registers a vector index.</summary>
public static class VectorIndexServiceCollectionExtensions
{
    /// <summary>
    /// Adds the embedded index as the <see cref="IVectorIndex"/>, with the neighbour graphs that it keeps, configured by section
    /// <see cref="VectorIndexOptions.Section"/>.
    /// It is opened when the host starts, so that a damaged or locked index stops the start and not the first search.
    /// </summary>
    /// <param name="services">Where to add it.</param>
    /// <param name="configuration">The root of the configuration.</param>
    public static IServiceCollection AddEmbeddedVectorIndex(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<VectorIndexOptions>()
            .Bind(configuration.GetSection(VectorIndexOptions.Section))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<IVectorIndex>(provider => EmbeddedVectorIndex.Open(
            provider.GetRequiredService<IOptions<VectorIndexOptions>>().Value,
            provider.GetRequiredService<ILogger<EmbeddedVectorIndex>>()));
        services.AddSingleton(NeighboursOf);
        services.AddHostedService<OpenAtStart>();
        return services;
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
