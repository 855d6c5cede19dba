using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Sift;

namespace Pipeline.NeighbourMining.Vocabularies;

/// <summary>The stored SIFT features of a collection, or of a sample of it.</summary>
public sealed class TrainingImages(ImageCatalog images, FeatureBlobs features)
{
    /// <summary>Features of at most so many images. Which ones and in which order depends on their ids and the seed alone.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="most">At least 1.</param>
    /// <param name="seed">Chooses.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<IReadOnlyList<SiftFeatures>> ReadAsync(string collection, int most, ulong seed, CancellationToken ct)
    {
        var chosen = await images.SampleAsync(collection, Stages.Sift, most, seed, ct);
        var read = new SiftFeatures?[chosen.Count];
        await Parallel.ForAsync(0, read.Length, ct, async (i, token) =>
            read[i] = await features.ReadAsync<SiftFeatures?>(chosen[i].Features.FeatureKey!, static bytes => SiftFeatures.Parse(bytes), null, token));
        return [.. read.OfType<SiftFeatures>()];
    }
}
