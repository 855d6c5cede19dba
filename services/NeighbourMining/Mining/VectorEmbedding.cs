using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Neighbours;
using Pipeline.Neighbours.Embedding;
using Pipeline.Onnx;

namespace Pipeline.NeighbourMining;

/// <summary>
/// Embeds images as they stream in: each one's CNN vector, pulled by those of its verified SIFT neighbours. That is the first
/// round of a batch sweep, exactly.
/// </summary>
public sealed class VectorEmbedding(ImageCatalog images, FeatureBlobs features, IOptions<EmbeddingOptions> options, TimeProvider time)
{
    /// <summary>
    /// The embedded vectors of images of one collection, without those whose features, or those of this model, are gone or damaged. Images that an
    /// arrival concerns have most neighbours in common: each one's features are read once.
    /// </summary>
    public async Task<IReadOnlyDictionary<Guid, IndexVectorEmbedded>> EmbedAsync(
        string collection, IReadOnlyCollection<Neighbourhood> neighbourhoods, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(neighbourhoods);

        // Before its parts are read: whoever reads later knows at least as much.
        var madeAt = time.GetUtcNow();
        var embedded = new Dictionary<Guid, IndexVectorEmbedded>();
        foreach (var model in neighbourhoods.GroupBy(image => image.ModelVersion, StringComparer.Ordinal))
        {
            var vectors = await ReadAsync(collection, [.. model.SelectMany(image => image.Pulls.Prepend(image.ImageId)).Distinct()], model.Key, ct);
            foreach (var image in model.Where(image => vectors.ContainsKey(image.ImageId)))
            {
                embedded[image.ImageId] = Embed(collection, image, vectors, madeAt);
            }
        }

        return embedded;
    }

    private IndexVectorEmbedded Embed(string collection, Neighbourhood image, Dictionary<Guid, float[]> vectors, DateTimeOffset madeAt)
    {
        // A neighbour that is being deleted, or is damaged, pulls no more; its deletion refreshes this image.
        var pulls = image.Pulls.Where(vectors.ContainsKey).Select(other => vectors[other]).ToList();
        var row = SparseRow.FromDense(EmbeddingStep.Dense(vectors[image.ImageId], pulls, options.Value.CnnStrength, options.Value.CnnEntries));
        return new IndexVectorEmbedded
        {
            Collection = collection,
            Tenant = image.Tenant,
            ImageId = image.ImageId,
            Incarnation = image.Incarnation,
            Indices = row.Indices,
            Values = row.Values,
            MadeAt = madeAt,
            ModelVersion = image.ModelVersion!,
            VocabularyVersion = image.VocabularyVersion,
        };
    }

    private async Task<Dictionary<Guid, float[]>> ReadAsync(string collection, IReadOnlyList<Guid> ids, string? model, CancellationToken ct)
    {
        var vectors = new Dictionary<Guid, float[]>(ids.Count);
        foreach (var record in await images.GetManyAsync(collection, ids, ct))
        {
            if (record?.OutputKey(Stages.Cnn, model) is { } key
                && await features.ReadAsync<float[]?>(key, static bytes => CnnFeatures.ReadEmbedding(bytes), null, ct) is { } embedding)
            {
                vectors[record.ImageId] = embedding;
            }
        }

        return vectors;
    }
}
