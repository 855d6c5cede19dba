using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Indexing.Codes;
using Pipeline.Indexing.Models;
using Pipeline.Indexing.Words;
using Pipeline.Messaging;

namespace Pipeline.Indexing.Reindexing;

/// <summary>
/// Fills a next generation with a batch of images: what is stored of them is written, what is not stored yet is asked for, and comes into the
/// index as it comes in.
/// </summary>
public sealed class GenerationFiller(
    ImageCatalog images,
    ImageIndexer indexer,
    StoredFeatures features,
    IServiceScopeFactory scopes,
    ReindexMetrics metrics,
    IOptions<ReindexOptions> options,
    TimeProvider time)
{
    /// <summary>Commands that are published side by side.</summary>
    private const int AtOnce = 16;

    private static readonly TimeSpan ShortestLook = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestLook = TimeSpan.FromMilliseconds(100);

    /// <summary>Fills in a batch, and waits a while for what it asked for.</summary>
    /// <param name="record">The collection, with a next generation.</param>
    /// <param name="batch">The images.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>Images whose stored features are gone, of which something is still to be made; their extraction was asked for.</returns>
    /// <exception cref="FileNotFoundException">The stored features of a living image are gone, of which nothing is to be made.</exception>
    public async Task<IReadOnlyList<Guid>> FillAsync(CollectionRecord record, IReadOnlyList<ImageRecord> batch, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(record);
        var (serving, next) = (record.Active!, record.Active!.Next!);
        var living = batch.Where(image => image.IsLive(image.Incarnation) && image.Status is ImageStatus.Processing or ImageStatus.Indexed).ToLookup(image => FanIn.IsReadyFor(image, next));
        ImageRecord[] lacking = [.. living[false]];
        ImageRecord[] wordless = [.. living.SelectMany(group => group).Where(image => FanIn.LacksWords(image, next, serving))];
        ImageRecord[] incomplete = [.. lacking.Concat(wordless).DistinctBy(image => image.ImageId)];
        var isGone = await Task.WhenAll(incomplete.Select(image => features.AreGoneAsync(image, next, serving, ct)));
        var gone = incomplete.Where((_, i) => isGone[i]).ToDictionary(image => image.ImageId);
        await AskAsync(record, next, [.. lacking.Where(IsStored)], [.. wordless.Where(IsStored)], [.. gone.Values], ct);
        metrics.Filled(record.Name, lacking.Length + await indexer.CopyToNextAsync(record.Name, [.. living[true]], ct));
        await WaitAsync(serving, next, [.. incomplete.Where(IsStored)], ct);
        return [.. gone.Keys];

        bool IsStored(ImageRecord image) => !gone.ContainsKey(image.ImageId);
    }

    private async Task AskAsync(
        CollectionRecord record, Generation next, ImageRecord[] lacking, ImageRecord[] wordless, ImageRecord[] gone, CancellationToken ct)
    {
        if (lacking.Length + wordless.Length + gone.Length == 0)
        {
            return;
        }

        // Where there is an embedding of the model only the code is missing.
        var embedded = lacking.ToLookup(image => image.FeaturesKey(next.ModelVersion) is not null);
        var commands = embedded[false].Chunk(EmbedImages.MaxImages)
            .Select(object (chunk) => ModelCommands.Embed(record.Name, next, next.EncoderVersion, chunk) with
            {
                Traffic = TrafficClass.Bulk, CorrelationId = record.LatestModelChange?.Id ?? Guid.Empty,
            })
            .Concat(embedded[true].Select(image => ImageCodes.Command(image.ToHeader(), next.ModelVersion, next.EncoderVersion) with { Traffic = TrafficClass.Bulk }))
            .Concat(wordless.Select(image => ImageWords.ToMake(image, next.VocabularyVersion!)! with { Traffic = TrafficClass.Bulk }))

            // Extracted once more, an image has made of its features whatever a generation lacks, as when it came.
            .Concat(gone.Select(image => ImageEvents.Accepted(image) with { Traffic = TrafficClass.Bulk }));
        await using var scope = scopes.CreateAsyncScope();
        var events = scope.ServiceProvider.GetRequiredService<IEventPublisher>();
        await Parallel.ForEachAsync(
            commands,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct },
            async (command, token) => await (command switch
            {
                EmbedImages embed => events.PublishAsync(embed, token),
                QuantizeImage quantize => events.PublishAsync(quantize, token),
                ImageAccepted accepted => events.PublishAsync(accepted, token),
                _ => events.PublishAsync((EncodeImage)command, token),
            }));
    }

    /// <summary>So that not all of a collection is asked for at once: what follows live uploads in the queues is little at any time.</summary>
    private async Task WaitAsync(Generation serving, Generation next, ImageRecord[] lacking, CancellationToken ct)
    {
        var (started, pause) = (time.GetTimestamp(), ShortestLook);
        Guid[] waiting = [.. lacking.Select(image => image.ImageId)];
        while (waiting.Length > 0 && time.GetElapsedTime(started) < options.Value.Patience)
        {
            await Task.Delay(pause, time, ct);
            pause = pause * 2 > LongestLook ? LongestLook : pause * 2;
            var records = await images.GetManyAsync(lacking[0].Collection, waiting, ct);
            waiting =
            [
                .. waiting.Where((_, i) => records[i] is { } image && image.IsLive(image.Incarnation)
                    && (!FanIn.IsReadyFor(image, next) || FanIn.LacksWords(image, next, serving))),
            ];
        }
    }
}
