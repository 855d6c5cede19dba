using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.VectorIndex;

namespace Pipeline.Indexing.Codes;

/// <summary>
/// Lets an encoder take another's place without a gap. First it is the collection's next one: every image gets a code of it besides, in an
/// index of its own, while searches go on by the codes of the old one. Once no image lacks a code of it, one compare-and-set makes
/// it the serving one. So no search ever compares codes of two encoders. Killed anywhere, it goes on.
/// </summary>
public sealed partial class EncoderChange(
    CollectionCatalog collections,
    EncoderCatalog encoders,
    ImageCatalog images,
    Generations generations,
    IVectorIndex index,
    IndexWrites writes,
    TimeProvider time,
    ILogger<EncoderChange> logger) : ICollectionChange
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, long> _looked = new(StringComparer.Ordinal);

    /// <summary>Makes the encoder the next one, unless it serves already or a later one has been trained.</summary>
    /// <returns>Whether it is the next one now.</returns>
    /// <exception cref="InvalidOperationException">The collection has no index yet, which may change.</exception>
    public async Task<bool> PrepareAsync(EncoderPublished encoder, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        var collection = encoder.Collection;
        if (await collections.GetCurrentAsync(collection, ct) is null)
        {
            LogNoCollection(logger, collection, encoder.EncoderVersion);
            return false;
        }

        var generation = await generations.CurrentAsync(collection, ct)
            ?? throw new InvalidOperationException($"The collection '{collection}' has no index yet.");
        var record = await encoders.GetAsync(collection, ct);
        if (record.Serving is { } serving && serving != encoder.CorrelationId && record.Find(encoder.CorrelationId) is not null)
        {
            LogSuperseded(logger, encoder.EncoderVersion, collection);
            return false;
        }

        if (generation.NextEncoder?.Version == encoder.EncoderVersion)
        {
            return true;
        }

        if (generation.EncoderVersion == encoder.EncoderVersion)
        {
            return false;
        }

        // What was left of an earlier time of this encoder has codes of images that are gone.
        await generations.DropAsync(generation.CodeIndexName(collection, encoder.EncoderVersion), ct);

        // Whoever is about to index an image without the code is let finish, and is seen by the walk that follows.
        using (await writes.ForAllAsync(ct))
        {
            Require(collection, await collections.TrySetNextEncoderAsync(collection, generation, new EncoderChoice(encoder.EncoderVersion, encoder.Bits), ct));
        }

        LogNext(logger, encoder.EncoderVersion, collection);
        return true;
    }

    /// <summary>The images that have no code of the next encoder yet, each as the command to make it.</summary>
    public async IAsyncEnumerable<EncodeImage> MissingAsync(string collection, [EnumeratorCancellation] CancellationToken ct)
    {
        if (await generations.CurrentAsync(collection, ct) is not { NextEncoder: { } next } generation)
        {
            yield break;
        }

        await foreach (var image in images.ScanLivingAsync(collection, ct))
        {
            if (image.FeaturesKey(generation.ModelVersion) is not null && ImageCodes.Lacks(image, generation, Stages.NextHash))
            {
                yield return ImageCodes.Command(image.ToHeader(), generation.ModelVersion, next.Version) with { Traffic = TrafficClass.Bulk };
            }
        }
    }

    /// <inheritdoc/>
    public Task SweepAsync(string collection, CancellationToken ct) => TryServeAsync(collection, ct);

    /// <summary>Lets the next encoder serve if every image has its code, and removes codes of encoders that serve no more.</summary>
    /// <returns>Whether the next encoder serves by this call.</returns>
    public async Task<bool> TryServeAsync(string collection, CancellationToken ct)
    {
        if (await generations.CurrentAsync(collection, ct) is not { } generation)
        {
            return false;
        }

        var served = false;
        if (generation.NextEncoder is { } next && await IsWorthALookAsync(collection, generation, next, ct) && !await IsAnyMissingAsync(collection, generation, ct))
        {
            using (await writes.ForAllAsync(ct))
            {
                served = await collections.TryServeNextEncoderAsync(collection, generation, ct);
            }

            if (served)
            {
                LogServes(logger, next.Version, collection);
            }
        }

        if (await generations.CurrentAsync(collection, ct) is { } current)
        {
            foreach (var retired in await generations.RetiredCodesAsync(collection, current, ct))
            {
                await generations.DropAsync(retired, ct);
            }
        }

        return served;
    }

    /// <summary>Two counts say most of the time that codes are missing, without a walk over all images. Now and then they are not relied on.</summary>
    private async Task<bool> IsWorthALookAsync(string collection, Generation generation, EncoderChoice next, CancellationToken ct)
    {
        var isTime = !_looked.TryGetValue(collection, out var looked) || time.GetElapsedTime(looked) >= LongestWait;
        if (isTime || await index.CountAsync(generation.CodeIndexName(collection, next.Version), ct: ct)
            >= await index.CountAsync(generation.CodeIndexName(collection, generation.EncoderVersion), ct: ct))
        {
            _looked[collection] = time.GetTimestamp();
            return true;
        }

        return false;
    }

    /// <summary>
    /// Images that come into the index from now on have both codes, so what is missing once can only become less. One that is just
    /// about to be noted as indexed may lack the code, too: it is seen while it is processed.
    /// </summary>
    private async Task<bool> IsAnyMissingAsync(string collection, Generation generation, CancellationToken ct)
    {
        await foreach (var image in images.ScanLivingAsync(collection, ct))
        {
            if (ImageCodes.Lacks(image, generation, Stages.NextHash) || ImageCodes.IsBeingWritten(image))
            {
                return true;
            }
        }

        return false;
    }

    private static void Require(string collection, bool done)
    {
        if (!done)
        {
            throw new InvalidOperationException($"The encoders of the collection '{collection}' were changed by somebody else meanwhile.");
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Version} is the next encoder of {Collection}; it serves when every image has a code of it")]
    private static partial void LogNext(ILogger logger, string version, string collection);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Version} serves the collection {Collection}")]
    private static partial void LogServes(ILogger logger, string version, string collection);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Version} comes too late for the collection {Collection}: a later encoder has been trained")]
    private static partial void LogSuperseded(ILogger logger, string version, string collection);

    [LoggerMessage(Level = LogLevel.Warning, Message = "There is no collection {Collection} for {Version} to serve")]
    private static partial void LogNoCollection(ILogger logger, string collection, string version);
}
