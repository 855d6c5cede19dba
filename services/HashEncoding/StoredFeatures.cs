using Pipeline.Hashing;
using Pipeline.Onnx;
using Pipeline.Storage;

namespace Pipeline.HashEncoding;

/// <summary>Makes codes of stored features: no image is ever decoded for one.</summary>
public sealed partial class StoredFeatures(IBlobStore blobs, Encoders encoders, ILogger<StoredFeatures> logger)
{
    /// <summary>Encodes a batch: one run for all features that are to be encoded by the same encoder.</summary>
    /// <param name="items">For each code the blob key of the features, and the encoder artifact; null for the one that collections begin with.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>A code for each item; null where the features are gone, because their image was deleted meanwhile.</returns>
    /// <exception cref="ArtifactNotFoundException">There is no such encoder.</exception>
    /// <exception cref="ArtifactCorruptException">An encoder is not what was recorded.</exception>
    /// <exception cref="InvalidDataException">Features are damaged, or not of the length that their encoder takes.</exception>
    public async Task<ImageCode?[]> EncodeAsync(IReadOnlyList<(string FeatureKey, string? EncoderVersion)> items, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(items);
        var embeddings = await Task.WhenAll(items.Select(item => ReadAsync(item.FeatureKey, ct)));
        var codes = new ImageCode?[items.Count];
        var present = Enumerable.Range(0, items.Count).Where(i => embeddings[i] is not null);
        foreach (var group in present.GroupBy(i => items[i].EncoderVersion, StringComparer.Ordinal))
        {
            using var lease = await encoders.RentAsync(group.Key, ct);
            Encode(lease.Value, [.. group], embeddings, items, codes);
        }

        return codes;
    }

    private static void Encode(
        HashEncoder encoder, int[] rows, float[]?[] embeddings, IReadOnlyList<(string FeatureKey, string?)> items, ImageCode?[] codes)
    {
        var features = new float[rows.Length * encoder.Dimensions];
        for (var i = 0; i < rows.Length; i++)
        {
            var embedding = embeddings[rows[i]]!;
            if (embedding.Length != encoder.Dimensions)
            {
                throw new InvalidDataException($"The embedding {items[rows[i]].FeatureKey} has {embedding.Length} dimensions; {encoder.Version} encodes {encoder.Dimensions}.");
            }

            embedding.CopyTo(features, i * encoder.Dimensions);
        }

        var encoded = encoder.Encode(features, rows.Length);
        var bytes = encoder.Bits / 8;
        for (var i = 0; i < rows.Length; i++)
        {
            codes[rows[i]] = new ImageCode(encoded[(i * bytes)..((i + 1) * bytes)], encoder.Version);
        }
    }

    private async Task<float[]?> ReadAsync(string key, CancellationToken ct)
    {
        if (await blobs.TryReadAsync(key, ct) is { } stored)
        {
            return CnnFeatures.ReadEmbedding(stored);
        }

        LogGone(logger, key);
        return null;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The features {Key} are gone: their image was deleted")]
    private static partial void LogGone(ILogger logger, string key);
}

/// <summary>A code of an image.</summary>
/// <param name="Code">The packed bits.</param>
/// <param name="EncoderVersion">The encoder artifact that made it.</param>
public sealed record ImageCode(byte[] Code, string EncoderVersion);
