using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.VectorIndex;

namespace Pipeline.Indexing.Reindexing;

/// <summary>
/// Brings a collection's next generation to serve. One walk over all images writes what is stored of them, and asks for what is not; live
/// traffic is written to both generations since before the walk. Once nothing is missing the new index is verified, and one compare-and-set
/// makes it the serving one. Killed anywhere, it goes on where the walk was.
/// </summary>
public sealed partial class GenerationFill(
    CollectionCatalog collections,
    ImageCatalog images,
    Generations generations,
    IVectorIndex index,
    IndexWrites writes,
    GenerationFiller filler,
    GenerationVerification verification,
    ReindexThrottle throttle,
    ReindexReports reports,
    IOptions<ReindexOptions> options,
    TimeProvider time,
    ILogger<GenerationFill> logger)
{
    private readonly ConcurrentDictionary<string, (int Generation, long Lacking, long Since)> _stuck = new(StringComparer.Ordinal);

    /// <summary>Does what can be done by now for a collection's next generation.</summary>
    /// <returns>Whether it serves by this call.</returns>
    public async Task<bool> AdvanceAsync(string collection, CancellationToken ct)
    {
        if (await collections.GetCurrentAsync(collection, ct) is not { Active.Next: { } next } record)
        {
            return false;
        }

        try
        {
            await generations.EnsureAnewAsync(collection, ct);
            var progress = await collections.GetProgressAsync(collection, ct) is { } known && known.Generation == next.Number
                ? known
                : new GenerationProgress { Generation = next.Number };
            return await WalkAsync(record, progress, ct) && await TryServeAsync(collection, next.Number, ct);
        }
        catch (FileNotFoundException lost)
        {
            // It will not come back by itself, and the generation that serves has what it needs.
            await FailAsync(collection, next.Number, lost.Message, figures: null, ct);
            return false;
        }
    }

    /// <returns>False if the generation is not the next one any more.</returns>
    private async Task<bool> WalkAsync(CollectionRecord record, GenerationProgress progress, CancellationToken ct)
    {
        var (collection, number) = (record.Name, progress.Generation);
        var (walkStarted, readyAtStart) = (Stopwatch.GetTimestamp(), (long?)null);
        while (!progress.IsWalked)
        {
            if (await collections.GetCurrentAsync(collection, ct) is not { Active.Next: { } next } current || next.Number != number)
            {
                return false;
            }

            var started = Stopwatch.GetTimestamp();
            var page = await images.ScanAsync(collection, progress.Cursor, options.Value.BatchSize * options.Value.Concurrency, ct);
            var gone = (await Task.WhenAll(page.Images.Chunk(options.Value.BatchSize).Select(batch => filler.FillAsync(current, batch, ct)))).SelectMany(ids => ids).ToArray();
            progress = progress with
            {
                Cursor = page.NextCursor,
                IsWalked = page.NextCursor is null,
                Gone = progress.Gone + gone.Length,
                GoneImages = [.. progress.GoneImages.Concat(gone).Take(GenerationProgress.MaxNamed)],
            };
            progress = await CountAsync(current, progress, ct);
            readyAtStart ??= progress.Ready;
            var elapsed = Stopwatch.GetElapsedTime(walkStarted).TotalSeconds;
            progress = progress with { ImagesPerSecond = elapsed > 0 ? (progress.Ready - readyAtStart.Value) / elapsed : 0 };
            await reports.ProgressAsync(current, progress, ct);
            await throttle.RestAsync(collection, Stopwatch.GetElapsedTime(started), ct);
        }

        return true;
    }

    private async Task<bool> TryServeAsync(string collection, int number, CancellationToken ct)
    {
        if (await collections.GetCurrentAsync(collection, ct) is not { Active.Next: { } next } record || next.Number != number
            || await collections.GetProgressAsync(collection, ct) is not { } walked)
        {
            return false;
        }

        var progress = await CountAsync(record, walked, ct);
        await reports.ProgressAsync(record, progress with { IsVerifying = progress.Ready >= progress.Images }, ct);
        var (figures, lacking) = await verification.VerifyAsync(record, withoutGone: progress.Asked >= options.Value.MaxAsks, ct);
        if (figures is null)
        {
            await AskAgainAsync(record, progress, lacking, ct);
            return false;
        }

        if (figures.Fault is { } fault)
        {
            await FailAsync(collection, number, fault, figures, ct);
            return false;
        }

        bool serves;
        using (await writes.ForAllAsync(ct))
        {
            serves = await collections.TryServeNextAsync(collection, record, figures, ct);
        }

        if (serves)
        {
            LogServes(logger, number, collection, figures.Images, figures.Recall);
            await reports.StateAsync(collection, number, GenerationStates.Serving, reason: null, record.LatestModelChange?.Id ?? Guid.Empty, ct);
        }

        return serves;
    }

    /// <summary>
    /// What was asked for comes, but where messages were lost with an in-memory bus, or went to an error queue, or features are gone. Uploads
    /// that come meanwhile lack something for a moment, too: only fewer than ever is progress.
    /// </summary>
    private async Task AskAgainAsync(CollectionRecord record, GenerationProgress progress, long lacking, CancellationToken ct)
    {
        if (!_stuck.TryGetValue(record.Name, out var seen) || seen.Generation != progress.Generation || lacking < seen.Lacking)
        {
            _stuck[record.Name] = (progress.Generation, lacking, time.GetTimestamp());
        }
        else if (lacking > 0 && time.GetElapsedTime(seen.Since) >= options.Value.AskAgain)
        {
            _stuck.TryRemove(record.Name, out _);
            await collections.SetProgressAsync(
                record.Name, progress with { Cursor = null, IsWalked = false, Asked = progress.Asked + 1, Gone = 0, GoneImages = [] }, ct);
        }
    }

    private async Task FailAsync(string collection, int number, string fault, GenerationFigures? figures, CancellationToken ct)
    {
        if (await collections.GetCurrentAsync(collection, ct) is not { Active.Next: { } next } record || next.Number != number)
        {
            return;
        }

        bool failed;
        using (await writes.ForAllAsync(ct))
        {
            failed = await collections.TryGiveUpNextAsync(
                collection, record, change: null, entry => entry with { State = GenerationStates.Failed, Detail = fault, Verification = figures }, ct);
        }

        if (failed)
        {
            LogFailed(logger, number, collection, fault);
            await reports.StateAsync(collection, number, GenerationStates.Failed, fault, record.LatestModelChange?.Id ?? Guid.Empty, ct);
        }
    }

    private async Task<GenerationProgress> CountAsync(CollectionRecord record, GenerationProgress progress, CancellationToken ct) => progress with
    {
        Ready = await index.CountAsync(record.Active!.Next!.IndexName(record.Name), ct: ct),
        Images = await images.CountAsync(record.Name, ImageStatus.Indexed, ct),
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "Generation {Generation} serves the collection {Collection}: {Images} images, recall {Recall:F3}")]
    private static partial void LogServes(ILogger logger, int generation, string collection, long images, double recall);

    [LoggerMessage(Level = LogLevel.Error, Message = "Generation {Generation} of {Collection} is given up: {Fault}")]
    private static partial void LogFailed(ILogger logger, int generation, string collection, string fault);
}
