using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;
using Pipeline.Messaging.Diagnostics;

namespace Pipeline.Hosting;

/// <summary>Publishes <see cref="ServiceReported"/> from the start of the process to its end.</summary>
internal sealed partial class ServiceReporter(
    IBus bus,
    EndpointActivity activity,
    ServiceIdentity service,
    IOptions<MessagingOptions> options,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<ServiceReporter> logger) : BackgroundService
{
    // A report is outdated by the next one: nothing waits long for a broker that is away, and nothing is kept for who does not listen.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly Guid _instance = Guid.NewGuid();
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();
    private bool _silent;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (options.Value.ReportInterval > TimeSpan.Zero)
        {
            await TryReportAsync(stopping: true, cancellationToken);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.ReportInterval == TimeSpan.Zero)
        {
            return;
        }

        await lifetime.WaitUntilStartedAsync(stoppingToken);
        using var timer = new PeriodicTimer(options.Value.ReportInterval, time);
        do
        {
            await TryReportAsync(stopping: false, stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task TryReportAsync(bool stopping, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        var report = new ServiceReported
        {
            Service = service.Name,
            Instance = _instance,
            Process = $"{Environment.MachineName}:{Environment.ProcessId}",
            StartedAt = _startedAt,
            At = time.GetUtcNow(),
            Stopping = stopping,
            Endpoints = activity.Read(),
        };
        try
        {
            await bus.Publish(report, Configure, patience.Token).WaitAsync(patience.Token);
            _silent = false;
        }
#pragma warning disable CA1031 // A report that cannot be sent is told once and must not end the process.
        catch (Exception e) when (!ct.IsCancellationRequested)
#pragma warning restore CA1031
        {
            if (!_silent)
            {
                _silent = true;
                LogNotReported(logger, e.Message);
            }
        }

        static void Configure(PublishContext<ServiceReported> context)
        {
            context.Durable = false;
            context.TimeToLive = TimeSpan.FromSeconds(10);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "What the endpoints do cannot be reported until the bus is back: {Error}")]
    private static partial void LogNotReported(ILogger logger, string error);
}
