using Pipeline.NeighbourMining.Vocabularies;

namespace Pipeline.NeighbourMining;

/// <summary>Adds the NeighbourMining service to a host.</summary>
public static class NeighbourMiningServiceCollectionExtensions
{
    /// <summary>Adds consumers and what they need; nothing where <c>Mining:Enabled</c> is false.</summary>
    public static IServiceCollection AddNeighbourMining(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return configuration.GetValue("Mining:Enabled", true)
            ? services.AddMining(configuration).AddVocabularyTraining(configuration)
            : services;
    }
}
