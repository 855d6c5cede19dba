using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Neighbours;
using Pipeline.Neighbours.Embedding;
using Pipeline.Onnx;
using Pipeline.Storage;

namespace Pipeline.NeighbourMining;

/// <summary>
/// Embeds one image as it streams in: its CNN vector, pulled by those of its verified SIFT neighbours. That is the first
/// round of a batch sweep, exactly.
/// </summary>
public sealed class VectorEmbedding(ImageCatalog images, IBlobStore blobs, IOptions<EmbeddingOptions> options, TimeProvider time)
{
    /// <summary>The image's embedded vector, or null if its features or those of this model are gone.</summary>
    public async Task<IndexVectorEmbedded?> EmbedAsync(string collection, Neighbourhood image, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(image);

        // Before its parts are read: whoever reads later knows at least as much.
        var madeAt = time.GetUtcNow();
        var records = await images.GetManyAsync(collection, [image.ImageId, .. image.Pulls], ct);
        if (await EmbeddingAsync(records[0], image.ModelVersion, ct) is not { } own)
        {
            return null;
        }

        var pulls = new List<float[]>(image.Pulls.Count);
        foreach (var record in records.Skip(1))
        {
            // A neighbour that is being deleted pulls no more; its deletion refreshes this image.
            if (await EmbeddingAsync(record, image.ModelVersion, ct) is { } pull)
            {
                pulls.Add(pull);
            }
        }

        var row = SparseRow.FromDense(EmbeddingStep.Dense(own, pulls, options.Value.CnnStrength, options.Value.CnnEntries));
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

    private async Task<float[]?> EmbeddingAsync(ImageRecord? record, string? model, CancellationToken ct) =>
        record?.OutputKey(Stages.Cnn, model) is { } key && await blobs.TryReadAsync(key, ct) is { } stored
            ? CnnFeatures.ReadEmbedding(stored)
            : null;
}
