using Microsoft.Extensions.Options;
using Pipeline.Catalog;

namespace Pipeline.NeighbourMining;

/// <summary>
/// Finds what a process that died left behind: images that were never mined, and marks. Now and then it compares every
/// neighbourhood with the index; what differs is repaired and reported as drift.
/// </summary>
public sealed partial class MiningSweep(
    CollectionCatalog collections,
    ImageCatalog images,
    NeighbourhoodCatalog neighbourhoods,
    NeighbourhoodMiner miner,
    IHostApplicationLifetime lifetime,
    IOptions<MiningServiceOptions> options,
    TimeProvider time,
    ILogger<MiningSweep> logger) : BackgroundService
{
    private const int PageSize = 200;

    /// <summary>Refreshes what was left behind in one collection.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="repair">Compares every image, not only those that need it.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>How many neighbourhoods were not as they should be.</returns>
    public async Task<int> SweepAsync(string collection, bool repair, CancellationToken ct)
    {
        var changed = 0;
        var marked = new List<Guid>();
        await foreach (var image in neighbourhoods.MarkedAsync(collection, ct))
        {
            marked.Add(image);
        }

        changed += await miner.RefreshAsync(collection, marked, embedAnew: null, ct);
        string? cursor = null;
        do
        {
            var page = await images.ListAsync(collection, ImageStatus.Indexed, cursor, PageSize, ct);
            var stored = await neighbourhoods.ReadAsync(collection, [.. page.Images.Select(image => image.ImageId)], ct);
            var due = page.Images.Zip(stored).Where(pair => repair || pair.Second.Value?.Incarnation != pair.First.Incarnation);
            changed += await miner.RefreshAsync(collection, [.. due.Select(pair => pair.First.ImageId)], embedAnew: null, ct);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return changed;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource();
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(options.Value.SweepInterval, time);
        for (var sweep = 0; ; sweep++)
        {
            var repair = options.Value.SweepsPerRepair > 0 && sweep > 0 && sweep % options.Value.SweepsPerRepair == 0;
            try
            {
                foreach (var collection in await collections.ListAsync(stoppingToken))
                {
                    if (await SweepAsync(collection.Name, repair, stoppingToken) is > 0 and var changed)
                    {
                        LogRepaired(logger, collection.Name, changed, repair);
                    }
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                // The services it asks may be away; what is due stays due.
                LogFailed(logger, exception);
            }

            await timer.WaitForNextTickAsync(stoppingToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Mined {Changed} images of '{Collection}' that were left behind (repair: {Repair})")]
    private static partial void LogRepaired(ILogger logger, string collection, int changed, bool repair);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A sweep for images left behind failed; the next will try again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
