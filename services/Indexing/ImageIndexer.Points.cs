using System.Globalization;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Neighbours;
using Pipeline.Onnx;
using Pipeline.VectorIndex;

namespace Pipeline.Indexing;

/// <content>An image's point, put together from what is stored of it.</content>
public sealed partial class ImageIndexer
{
    /// <summary>The generation that serves; the first image of a collection with an embedding brings it. Null before that.</summary>
    private async Task<Generation?> GenerationAsync(ImageRecord record, CancellationToken ct)
    {
        var (cnn, hash) = (record.Stages[Stages.Cnn], record.Stages[Stages.Hash]);
        if (await generations.CurrentAsync(record.Collection, ct) is { } generation || !cnn.Done || !hash.Done)
        {
            return await generations.CurrentAsync(record.Collection, ct);
        }

        var dimensions = CnnFeatures.ReadEmbedding(await ReadAsync(cnn.FeatureKey!, ct)).Length;
        var versions = new Generation { Number = 1, ModelVersion = cnn.Version!, Dimensions = dimensions, EncoderVersion = hash.Version!, Bits = hash.Code!.Length * 8 };
        return await generations.FirstAsync(record.Collection, versions, ct);
    }

    /// <summary>The image's point as its record and the generation's model and vocabulary say; null if it has nothing that could be searched.</summary>
    private async Task<IndexPoint?> PointAsync(ImageRecord record, Generation generation, CancellationToken ct)
    {
        var vectors = new Dictionary<string, VectorValue>();
        var attributes = new Dictionary<string, string> { [LifeAttribute] = record.Incarnation.ToString(CultureInfo.InvariantCulture) };
        if (record.Stages[Stages.Cnn].Done && record.Stages[Stages.Hash].Done && record.FeaturesKey(generation.ModelVersion) is { } features)
        {
            vectors[IndexSpaces.Cnn] = new DenseVector(CnnFeatures.ReadEmbedding(await ReadAsync(features, ct)));
            attributes[ModelAttribute] = generation.ModelVersion;
        }

        if (record.OutputKey(Stages.Words, generation.VocabularyVersion) is { } made)
        {
            var words = SparseRowFormat.Parse(await ReadAsync(made, ct));
            if (words.Count > 0)
            {
                vectors[IndexSpaces.Sift] = new SparseVector(words.Indices, words.Values);
            }
        }

        return vectors.Count == 0
            ? null
            : new IndexPoint
            {
                Id = record.ImageId,
                Vectors = vectors,
                Payload = new IndexPayload { Tenant = record.Tenant, Labels = record.Labels, ExternalIds = record.ExternalIds, Attributes = attributes },
            };
    }

    private async Task<byte[]> ReadAsync(string key, CancellationToken ct) =>
        await blobs.TryReadAsync(key, ct) ?? throw new FileNotFoundException($"The features {key} are gone.");
}
