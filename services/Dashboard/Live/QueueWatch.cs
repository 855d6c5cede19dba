using Microsoft.Extensions.Options;
using Pipeline.Messaging;

namespace Pipeline.Dashboard.Live;

/// <summary>Asks the broker how long the queues are: the work queues each time, those beside them every few times.</summary>
internal sealed partial class QueueWatch(
    IQueueLengths queues, PipelineMonitor monitor, IOptions<DashboardOptions> options, TimeProvider time, ILogger<QueueWatch> logger) : BackgroundService
{
    private const int SatelliteRounds = 4;
    private readonly Dictionary<string, QueueLengths> _latest = new(StringComparer.Ordinal);
    private bool _silent;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!queues.IsKnown)
        {
            return;
        }

        using var timer = new PeriodicTimer(options.Value.QueueInterval, time);
        for (var round = 0; await timer.WaitForNextTickAsync(stoppingToken); round++)
        {
            try
            {
                await LookAsync(round % SatelliteRounds == 0, stoppingToken);
                _silent = false;
            }
#pragma warning disable CA1031 // A broker that is away is told once, and asked again.
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                foreach (var endpoint in monitor.WorkEndpoints())
                {
                    _latest.Remove(endpoint);
                    monitor.SetQueues(endpoint, new QueueLengths(null, null, null, null));
                }

                if (!_silent)
                {
                    _silent = true;
                    LogUnknown(logger, e.Message);
                }
            }
        }
    }

    private async Task LookAsync(bool satellites, CancellationToken ct)
    {
        foreach (var endpoint in monitor.WorkEndpoints())
        {
            var ready = await queues.CountAsync(endpoint, ct);
            var lengths = satellites || !_latest.TryGetValue(endpoint, out var before)
                ? new QueueLengths(
                    ready,
                    await queues.CountAsync(QueueNames.Retry(endpoint), ct) ?? 0,
                    await queues.CountAsync(QueueNames.Error(endpoint), ct) ?? 0,
                    await queues.CountAsync(QueueNames.Quarantine(endpoint), ct) ?? 0)
                : before with { Ready = ready };
            _latest[endpoint] = lengths;
            monitor.SetQueues(endpoint, lengths);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The lengths of the queues are unknown until the broker answers: {Error}")]
    private static partial void LogUnknown(ILogger logger, string error);
}
