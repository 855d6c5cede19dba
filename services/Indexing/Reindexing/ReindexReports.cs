using System.Collections.Concurrent;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;

namespace Pipeline.Indexing.Reindexing;

/// <summary>Tells how far generations are: to the catalog, to whoever listens, and to the metrics.</summary>
public sealed partial class ReindexReports(
    CollectionCatalog collections, IServiceScopeFactory scopes, ReindexMetrics metrics, TimeProvider time, ILogger<ReindexReports> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<string, long> _told = new(StringComparer.Ordinal);

    /// <summary>Notes progress, and tells of it unless that was done less than a second ago.</summary>
    public async Task ProgressAsync(CollectionRecord record, GenerationProgress progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(progress);
        await collections.SetProgressAsync(record.Name, progress with { At = time.GetUtcNow() }, ct);
        metrics.Covered(record.Name, progress.Images == 0 ? 1 : Math.Min(1, (double)progress.Ready / progress.Images));
        if (!_told.TryGetValue(record.Name, out var told) || time.GetElapsedTime(told) >= Interval || progress.IsVerifying)
        {
            _told[record.Name] = time.GetTimestamp();
            await PublishAsync(
                new ReindexProgressed
                {
                    Collection = record.Name,
                    Generation = progress.Generation,
                    State = progress.IsVerifying ? GenerationStates.Verifying : GenerationStates.Filling,
                    Done = progress.Ready,
                    Total = progress.Images,
                    ImagesPerSecond = progress.ImagesPerSecond,
                    SecondsLeft = progress.SecondsLeft,
                    CorrelationId = record.LatestModelChange?.Id ?? Guid.Empty,
                },
                ct);
        }
    }

    /// <summary>Tells that a generation came to a state.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="generation">Its number.</param>
    /// <param name="state">A name of <see cref="GenerationStates"/>.</param>
    /// <param name="reason">Why, for people.</param>
    /// <param name="change">What it came by.</param>
    /// <param name="ct">Cancels.</param>
    public async Task StateAsync(string collection, int generation, string state, string? reason, Guid change, CancellationToken ct)
    {
        LogState(logger, collection, generation, state, reason);
        metrics.Reached(collection, state);
        if (state is not (GenerationStates.Filling or GenerationStates.Refused))
        {
            metrics.Covered(collection, 1);
        }

        var known = await collections.GetProgressAsync(collection, ct) is { } progress && progress.Generation == generation ? progress : null;
        await PublishAsync(
            new ReindexProgressed
            {
                Collection = collection,
                Generation = generation,
                State = state,
                Done = known?.Ready ?? 0,
                Total = known?.Images ?? 0,
                ImagesPerSecond = known?.ImagesPerSecond ?? 0,
                Reason = reason,
                CorrelationId = change,
            },
            ct);
    }

    private async Task PublishAsync(ReindexProgressed message, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IEventPublisher>().PublishAsync(message, ct);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Generation {Generation} of {Collection} is {State}: {Reason}")]
    private static partial void LogState(ILogger logger, string collection, int generation, string state, string? reason);
}
