using Pipeline.Dashboard.Live;
using Pipeline.Messaging;

namespace Pipeline.Dashboard.Failures;

/// <summary>
/// Moves messages from error queues and quarantines into the catalog of failures, where they can be looked through, filtered and
/// driven again.
/// </summary>
internal sealed partial class FailureCollector(
    IFailedMessages messages, PipelineMonitor monitor, FailureCatalog failures, FailureMetrics metrics, TimeProvider time, ILogger<FailureCollector> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private const string Killed = "quarantine";
    private bool _silent;

    /// <summary>A failed message as a record.</summary>
    public static FailureRecord RecordOf(FailedMessage message) => new()
    {
        Id = message.Id,
        Kind = message.Quarantined ? FailureKind.Quarantine : FailureKind.Error,
        Stage = message.Endpoint,
        Reason = message.ExceptionType ?? (message.Quarantined ? Killed : ""),
        At = message.FailedAt,
        Detail = message.ExceptionMessage ?? "",
        StackTrace = message.StackTrace,
        MessageType = message.MessageType,
        Collection = message.Collection ?? "",
        ImageId = message.ImageId,
        CorrelationId = message.CorrelationId,
        ContentType = message.ContentType,
        Headers = message.Headers,
    };

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await messages.TakeAsync(monitor.WorkEndpoints(), (message, ct) => failures.AddAsync(RecordOf(message), message.Body, ct), stoppingToken);
                await metrics.MeasureAsync(failures, stoppingToken);
                _silent = false;
            }
#pragma warning disable CA1031 // Broker or store away: told once, and tried again. Nothing left its queue.
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                if (!_silent)
                {
                    _silent = true;
                    LogPostponed(logger, e);
                }
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Failed messages are collected later")]
    private static partial void LogPostponed(ILogger logger, Exception exception);
}
