using Microsoft.Extensions.Diagnostics.HealthChecks;
using Pipeline.Hosting;
using Pipeline.Onnx;
using Pipeline.Storage;

namespace Pipeline.CnnExtraction;

/// <summary>
/// Loads the model while the host starts, registers its artifact for whoever needs it later, and runs one inference: a
/// cold worker is not ready.
/// </summary>
public sealed partial class ModelStart(
    Backbone backbone, BackboneModel model, ArtifactStore artifacts, ILogger<ModelStart> logger) : BackgroundService, IHealthCheck
{
    /// <summary>The kind of model artifacts.</summary>
    public const string ArtifactKind = "cnn";

    private volatile bool _ready;

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_ready ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("No inference was run yet."));

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await WhenStored.DoAsync(
            ct => artifacts.AddAsync(ArtifactKind, model.Artifact, new ArtifactLineage { CreatedFrom = "imported backbone" }, ct), "The model", logger, stoppingToken);
        backbone.WarmUp();
        _ready = true;
        LogReady(logger, backbone.Version, backbone.Dimensions);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Model {Version} is ready, embeddings have {Dimensions} dimensions")]
    private static partial void LogReady(ILogger logger, string version, int dimensions);
}
