using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Contracts.Commands;
using Pipeline.Hosting;
using Pipeline.Messaging;

namespace Pipeline.NeighbourMining;

/// <summary>Runs the <see cref="MiningSweep"/> at start and from time to time, and asks for a repair once in many times.</summary>
public sealed partial class MiningSweepService(
    CollectionCatalog collections,
    IServiceScopeFactory scopes,
    IHostApplicationLifetime lifetime,
    IOptions<MiningServiceOptions> options,
    TimeProvider time,
    ILogger<MiningSweepService> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.WaitUntilStartedAsync(stoppingToken);
        using var timer = new PeriodicTimer(options.Value.SweepInterval, time);
        for (var sweep = 0; ; sweep++)
        {
            var every = options.Value.SweepsPerRepair;
            await SweepAsync(repair: every > 0 && sweep > 0 && sweep % every == 0, stoppingToken);
            await timer.WaitForNextTickAsync(stoppingToken);
        }
    }

    private async Task SweepAsync(bool repair, CancellationToken ct)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var sweep = scope.ServiceProvider.GetRequiredService<MiningSweep>();
            var events = scope.ServiceProvider.GetRequiredService<IEventPublisher>();
            foreach (var collection in await collections.ListAsync(ct))
            {
                if (await sweep.SweepAsync(collection.Name, ct) is > 0 and var changed)
                {
                    LogChanged(logger, collection.Name, changed);
                }

                if (repair)
                {
                    await events.PublishAsync(new RepairNeighbours { Collection = collection.Name, CorrelationId = Guid.CreateVersion7() }, ct);
                }
            }
        }
        catch (Exception exception) when (!ct.IsCancellationRequested)
        {
            // The services that it asks may be away; what is due stays due.
            LogFailed(logger, exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Mined {Changed} images of '{Collection}' that were left behind")]
    private static partial void LogChanged(ILogger logger, string collection, int changed);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A sweep for images left behind failed; the next will try again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
