using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Indexing.Codes;
using Pipeline.VectorIndex;

namespace Pipeline.Indexing;

/// <content>Codes of the encoder that serves and of the next one.</content>
public sealed partial class ImageIndexer
{
    /// <summary>
    /// Notes an image's code of the encoder, or by the model, that is to serve, and puts it into the index.
    /// </summary>
    /// <returns>The record if the image came into the index by that; null if it is not complete, or was there before.</returns>
    public async Task<ImageRecord?> SettleCodeAsync(ImageReencoded code, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(code);
        var before = await images.GetAsync(code.Collection, code.ImageId, ct);
        var outcome = new StageOutcome { Done = true, Version = code.EncoderVersion, Code = code.Code, ModelVersion = code.ModelVersion, At = time.GetUtcNow() };
        var indexed = await SettleAsync(code.Collection, code.ImageId, code.Incarnation, Stages.Hash, outcome, ct);

        // Whoever follows indexing has seen the image, and codes concern nobody but the index.
        return before is { Status: ImageStatus.Indexed } && before.Incarnation == code.Incarnation ? null : indexed;
    }

    /// <summary>
    /// Commands to make the codes that an image lacks, by what its record says after <paramref name="message"/> was settled. The code of the
    /// encoder that serves is made without being asked for, once: it has to be asked for only if what came is of another.
    /// </summary>
    /// <param name="message">What was settled.</param>
    /// <param name="modelVersion">The model artifact of the features.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<IReadOnlyList<EncodeImage>> CodesToMakeAsync(ImageEvent message, string modelVersion, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(message);
        return await generations.CurrentAsync(message.Collection, ct) is { } generation
            && await images.GetAsync(message.Collection, message.ImageId, ct) is { } record && record.IsLive(message.Incarnation)
                ? [.. FanIn.MissingCodes(record, generation)
                    .Where(code => code.Generation.ModelVersion == modelVersion && (message is HashEncoded || code.Encoder.Version != generation.EncoderVersion))
                    .Select(code => ImageCodes.Command(message.ToHeader(), modelVersion, code.Encoder.Version))]
                : [];
    }

    /// <summary>Writes a point and the codes of one generation.</summary>
    private IEnumerable<Task> Writes(ImageRecord record, Generation generation, IndexPoint point, CancellationToken ct)
    {
        yield return index.UpsertAsync(generation.IndexName(record.Collection), [point], ct);
        foreach (var encoder in generation.Encoders())
        {
            if (CodePoint(record, generation, encoder, point) is { } code)
            {
                yield return index.UpsertAsync(generation.CodeIndexName(record.Collection, encoder.Version), [code], ct);
            }
        }
    }

    /// <summary>An image's code as a point; null where there is none. Without its embedding an image cannot be ranked.</summary>
    private static IndexPoint? CodePoint(ImageRecord record, Generation generation, EncoderChoice encoder, IndexPoint point) =>
        record.CodeOf(generation, encoder.Version) is { } bytes && record.Stages[Stages.Cnn].Done
            ? new IndexPoint
            {
                Id = record.ImageId,
                Vectors = new Dictionary<string, VectorValue> { [IndexSpaces.Hash] = new BinaryCode(bytes) },
                Payload = new IndexPayload { Tenant = point.Payload.Tenant, Labels = point.Payload.Labels },
            }
            : null;
}
