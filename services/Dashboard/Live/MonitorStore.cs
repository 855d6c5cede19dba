using Pipeline.Storage;

namespace Pipeline.Dashboard.Live;

/// <summary>Keeps what the monitor knows in the state store, so that a restart forgets neither history nor who should be there.</summary>
internal sealed partial class MonitorStore(PipelineMonitor monitor, IStateStore store, TimeProvider time, ILogger<MonitorStore> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly StateKey Key = new("dashboard", "monitor");

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryAsync(SaveAsync, cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!await TryAsync(LoadAsync, stoppingToken))
        {
            await Task.Delay(Interval, time, stoppingToken);
        }

        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await TryAsync(SaveAsync, stoppingToken);
        }
    }

    private async Task LoadAsync(CancellationToken ct)
    {
        if (await store.GetAsync<MonitorRecord>(Key, ct) is { } record)
        {
            monitor.Restore(record);
        }
    }

    private async Task SaveAsync(CancellationToken ct)
    {
        if (monitor.TakeChanges() is { } record)
        {
            await store.TryCommitAsync(new StateTransaction().Put(Key, record), ct);
        }
    }

    private async Task<bool> TryAsync(Func<CancellationToken, Task> work, CancellationToken ct)
    {
        try
        {
            await work(ct);
            return true;
        }
        catch (StorageUnavailableException e)
        {
            LogPostponed(logger, e.Message);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What the dashboard knows of the processes is stored later: {Error}")]
    private static partial void LogPostponed(ILogger logger, string error);
}
