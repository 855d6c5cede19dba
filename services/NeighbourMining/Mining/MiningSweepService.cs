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
    ILogger<MiningSweepService> logger) : RepeatedWork(lifetime, time)
{
    private int _sweeps;

    /// <inheritdoc/>
    protected override TimeSpan Interval => options.Value.SweepInterval;

    /// <inheritdoc/>
    protected override async Task DoAsync(CancellationToken ct)
    {
        var every = options.Value.SweepsPerRepair;
        var sweeps = _sweeps++;
        await SweepAsync(repair: every > 0 && sweeps > 0 && sweeps % every == 0, ct);
    }

    /// <inheritdoc/>
    protected override void Failed(Exception exception) => LogFailed(logger, exception);

    private async Task SweepAsync(bool repair, CancellationToken ct)
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

    [LoggerMessage(Level = LogLevel.Information, Message = "Mined {Changed} images of '{Collection}' that were left behind")]
    private static partial void LogChanged(ILogger logger, string collection, int changed);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A sweep for images left behind failed; the next will try again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
