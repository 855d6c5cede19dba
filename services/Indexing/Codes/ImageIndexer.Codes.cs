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
    /// Notes an image's code of the encoder that is to serve, and puts it into the index.
    /// </summary>
    /// <returns>The record if the image came into the index by that; null if it is not complete, or was there before.</returns>
    public async Task<ImageRecord?> SettleCodeAsync(ImageReencoded code, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(code);
        var before = await images.GetAsync(code.Collection, code.ImageId, ct);
        var outcome = new StageOutcome { Done = true, Version = code.EncoderVersion, Code = code.Code, At = time.GetUtcNow() };
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
            && generation.ModelVersion == modelVersion
            && (message is HashEncoded || generation.NextEncoder is not null)
            && await images.GetAsync(message.Collection, message.ImageId, ct) is { } record && record.IsLive(message.Incarnation)
            && record.Stages.GetValueOrDefault(Stages.Hash) is not { Done: false }
                ? [.. generation.Encoders()
                    .Where(encoder => record.CodeOf(encoder.Version) is null && (message is HashEncoded || encoder == generation.NextEncoder))
                    .Select(encoder => ImageCodes.Command(message.ToHeader(), modelVersion, encoder.Version))]
                : [];
    }

    private IEnumerable<Task> CodeWrites(ImageRecord record, Generation generation, IndexPayload payload, CancellationToken ct)
    {
        foreach (var encoder in generation.Encoders())
        {
            // Without its embedding an image cannot be ranked.
            if (record.CodeOf(encoder.Version) is { } code && record.Stages[Stages.Cnn].Done)
            {
                var point = new IndexPoint
                {
                    Id = record.ImageId,
                    Vectors = new Dictionary<string, VectorValue> { [IndexSpaces.Hash] = new BinaryCode(code) },
                    Payload = new IndexPayload { Tenant = payload.Tenant, Labels = payload.Labels },
                };
                yield return index.UpsertAsync(generation.CodeIndexName(record.Collection, encoder.Version), [point], ct);
            }
        }
    }
}
