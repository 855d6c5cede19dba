using Microsoft.Extensions.Diagnostics.HealthChecks;
using Pipeline.Hashing;

namespace Pipeline.HashEncoding;

/// <summary>Loads the encoder while the host starts and runs it once: a cold worker is not ready.</summary>
public sealed partial class EncoderStart(HashEncoder encoder, ILogger<EncoderStart> logger) : BackgroundService, IHealthCheck
{
    private volatile bool _ready;

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_ready ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("Nothing was encoded yet."));

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        encoder.Encode(new float[encoder.Dimensions], 1);
        _ready = true;
        LogReady(logger, encoder.Version, encoder.Bits, encoder.Dimensions);
        return Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Encoder {Version} is ready: {Bits} bits from {Dimensions} dimensions")]
    private static partial void LogReady(ILogger logger, string version, int bits, int dimensions);
}
