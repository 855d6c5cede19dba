using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Indexing.Models;

namespace Pipeline.Indexing;

/// <content>What the model that serves next is to have of images.</content>
public sealed partial class ImageIndexer
{
    /// <summary>
    /// Commands to make the embeddings that an image lacks, by what its record says after <paramref name="message"/> was settled: that of the
    /// next model, and that of the serving one if the features that came are of another.
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
                .Where(code => code.Stage != Stages.NextHash && code.Generation.ModelVersion != message.ModelVersion)
                .Select(code => ModelCommands.Embed(message.Collection, code.Generation, [record]) with { Traffic = message.Traffic, CorrelationId = message.CorrelationId }),
        ];
    }

    /// <summary>
    /// Puts an indexed image into the next generation's index, whatever the record says of that index: before it is noted there, so that what
    /// is noted is in the index.
    /// </summary>
    public async Task CopyToNextAsync(ImageRecord image, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var turn = await writes.ForImageAsync(image.ImageId, ct);
        if (await generations.CurrentAsync(image.Collection, ct) is { Next: not null } generation
            && await images.GetAsync(image.Collection, image.ImageId, ct) is { Status: ImageStatus.Indexed } record)
        {
            await WriteNextAsync(record, generation, ct);
        }
    }

    /// <summary>Does so with a code by the next model that is still to be noted, in the image's turn.</summary>
    /// <returns>False if the image is not in the index yet, or the code is another.</returns>
    private async Task<bool> WriteNextAsync(
        string collection, Guid imageId, int incarnation, StageOutcome code, Generation? generation, CancellationToken ct)
    {
        if (generation is not { Next: { } next } || !code.IsCodeOf(next, next.EncoderVersion)
            || await images.GetAsync(collection, imageId, ct) is not { Status: ImageStatus.Indexed } record || !record.IsLive(incarnation))
        {
            return false;
        }

        await WriteNextAsync(FanIn.Settle(record, Stages.Hash, code, generation) ?? record, generation, ct);
        return true;
    }

    private async Task WriteNextAsync(ImageRecord record, Generation generation, CancellationToken ct)
    {
        // An image that is still to have an embedding of the model comes when it has it.
        if (generation.Next is { } next && !FanIn.MissingCodes(record, generation).Any(code => code.Stage == Stages.NextModel)
            && await PointAsync(record, next, ct) is { } point)
        {
            await Task.WhenAll(Writes(record, next, point, ct));
        }
    }
}
