using MassTransit;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Pipeline.Contracts;
using Pipeline.Contracts.Queries;
using Pipeline.Messaging;

namespace Pipeline.Gateway.Search;

/// <summary>
/// Ready means that a search would be answered, so the Gateway asks for one inference before it says so: of a small
/// checkerboard, on the same queue that searches use.
/// </summary>
public sealed partial class SearchWarmUp(IBus bus, ILogger<SearchWarmUp> logger) : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>A 32×32 grey PNG of four-by-four squares.</summary>
    private static readonly byte[] Checkerboard = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAAAAABWESUoAAAAHklEQVR42mNggIL/UICLP9wVjHT/o4PR9DCaHoAAACHE/hDUv4ccAAAAAElFTkSuQmCC");

    private volatile bool _warm;

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_warm ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("No inference was answered yet."));

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!_warm)
        {
            try
            {
                var features = await bus.AskAsync<ExtractQueryFeatures, QueryFeatures>(
                    new ExtractQueryFeatures { Image = new ImageSource { Bytes = Checkerboard } }, RequestTimeout, stoppingToken);
                LogWarm(logger, features.ModelVersion);
                _warm = true;
            }
            catch (Exception e) when (e is MassTransitException or PermanentException or TimeoutException or IOException)
            {
                // CNN extraction or the broker is not up yet; that is what readiness is about.
                LogCold(logger, e.Message);
                await Task.Delay(Pause, stoppingToken);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "First inference answered by {Model}: searches can be served")]
    private static partial void LogWarm(ILogger logger, string model);

    [LoggerMessage(Level = LogLevel.Debug, Message = "No inference yet: {Reason}")]
    private static partial void LogCold(ILogger logger, string reason);
}
