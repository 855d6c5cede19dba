using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Indexing.Models;
using Pipeline.VectorIndex;

namespace Pipeline.Indexing;

/// <content>What the generations beside the serving one are to have of images.</content>
public sealed partial class ImageIndexer
{
    /// <summary>
    /// Commands to make the embeddings that an image lacks, by what its record says after <paramref name="message"/> was settled: those of all
    /// generations that are written of which the features that came are not.
    /// </summary>
    /// <exception cref="VersionMismatchException">The features are of another backbone than the collection's.</exception>
    public async Task<IReadOnlyList<EmbedImages>> EmbeddingsToMakeAsync(CnnExtracted message, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (await generations.CurrentAsync(message.Collection, ct) is not { } generation
            || await images.GetAsync(message.Collection, message.ImageId, ct) is not { } record || !record.IsLive(message.Incarnation))
        {
            return [];
        }

        if ((message.BackboneVersion ?? message.ModelVersion) is var backbone && backbone != generation.Backbone)
        {
            throw new VersionMismatchException($"Collection '{message.Collection}' has features of {generation.Backbone}; those of the image are of {backbone}.");
        }

        return
        [
            .. FanIn.MissingCodes(record, generation)
                .Where(code => code.Generation.ModelVersion != message.ModelVersion)
                .Select(code => ModelCommands.Embed(message.Collection, code.Generation, code.Encoder.Version, [record]) with { Traffic = message.Traffic, CorrelationId = message.CorrelationId }),
        ];
    }

    /// <summary>Puts a code of a generation beside the serving one, which is still to be noted, and its point there, in the image's turn.</summary>
    /// <returns>False if the image is not in the index yet, or the code is of the serving generation, too, or of none of them.</returns>
    private async Task<bool> WriteBesideAsync(
        string collection, Guid imageId, int incarnation, StageOutcome code, Generation? generation, CancellationToken ct)
    {
        if (generation is null || generation.Encoders().Any(encoder => code.IsCodeOf(generation, encoder.Version))
            || generation.Beside().FirstOrDefault(beside => code.IsCodeOf(beside, beside.EncoderVersion)) is not { } of
            || await images.GetAsync(collection, imageId, ct) is not { Status: ImageStatus.Indexed } record || !record.IsLive(incarnation))
        {
            return false;
        }

        await WriteBesideAsync(FanIn.Settle(record, Stages.Hash, code, generation) ?? record, generation, of, served: null, ct);
        return true;
    }

    /// <summary>Writes an image's point and code of a generation beside the serving one.</summary>
    private async Task WriteBesideAsync(ImageRecord record, Generation generation, Generation of, IndexPoint? served, CancellationToken ct)
    {
        // An image that is still to have an embedding of the model comes when it has it.
        if (FanIn.IsReadyFor(record, of) && await PointBesideAsync(record, generation, of, served, ct) is { } point)
        {
            await Task.WhenAll(Writes(record, of, point, ct));
        }
    }

    private async Task<IndexPoint?> PointBesideAsync(ImageRecord record, Generation generation, Generation of, IndexPoint? served, CancellationToken ct)
    {
        if (served is not null && of.SharesVectors(generation))
        {
            return served;
        }

        var source = (of.SharesVectors(generation) ? generation : of).IndexName(record.Collection);
        return await PointAsync(record, of, ct) is { } point
            ? WithEmbeddedOf(point, await index.GetAsync(source, [record.ImageId], ct) is [var before] ? before : null, record)
            : null;
    }
}
