using Microsoft.Extensions.Diagnostics.HealthChecks;
using Pipeline.Catalog;
using Pipeline.Hashing;
using Pipeline.Hosting;
using Pipeline.Storage;

namespace Pipeline.HashEncoding;

/// <summary>
/// Loads the encoder that collections begin with while the host starts, registers its artifact for whoever needs it later, and runs it
/// once: a cold worker is not ready.
/// </summary>
public sealed partial class EncoderStart(
    HashEncoder encoder, InitialEncoder initial, ArtifactStore artifacts, ILogger<EncoderStart> logger) : BackgroundService, IHealthCheck
{
    private volatile bool _ready;

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_ready ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("Nothing was encoded yet."));

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await WhenStored.DoAsync(
            ct => artifacts.AddAsync(EncoderCatalog.ArtifactKind, initial.Model, new ArtifactLineage { CreatedFrom = "initial encoder" }, ct), "The encoder", logger, stoppingToken);
        encoder.Encode(new float[encoder.Dimensions], 1);
        _ready = true;
        LogReady(logger, encoder.Version, encoder.Bits, encoder.Dimensions);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Encoder {Version} is ready: {Bits} bits from {Dimensions} dimensions")]
    private static partial void LogReady(ILogger logger, string version, int bits, int dimensions);
}
