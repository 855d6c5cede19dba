using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Pipeline.Catalog;

/// <summary>Adds the catalog to a host.</summary>
public static class CatalogServiceCollectionExtensions
{
    /// <summary>Adds the catalog's classes on top of the state and blob stores, which are added elsewhere.</summary>
    public static IServiceCollection AddPipelineCatalog(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ImageCatalog>();
        services.TryAddSingleton<UploadCatalog>();
        services.TryAddSingleton<CollectionCatalog>();
        services.TryAddSingleton<VocabularyCatalog>();
        services.TryAddSingleton<EncoderCatalog>();
        services.TryAddSingleton<ModelUpdateCatalog>();
        services.TryAddSingleton<FeatureBlobs>();
        services.TryAddSingleton<BlobReferences>();
        services.TryAddSingleton<ImageManifests>();
        services.TryAddSingleton<CollectionManifests>();
        services.TryAddSingleton<ImageRestoration>();
        services.TryAddSingleton<ImageVerdicts>();
        services.TryAddSingleton<CollectionTraces>();
        services.TryAddSingleton<CollectionRebuilds>();
        services.TryAddSingleton<ReferenceCompletion>();
        services.TryAddSingleton<NeighbourhoodCatalog>();
        services.TryAddSingleton<NeighbourRepairs>();
        return services;
    }
}
