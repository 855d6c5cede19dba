using Microsoft.Extensions.Diagnostics.HealthChecks;
using Pipeline.Storage;

namespace Pipeline.Hosting;

/// <summary>Ready means that every store answers.</summary>
public sealed class StorageHealth(IEnumerable<IStorageProbe> probes) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        foreach (var probe in probes)
        {
            try
            {
                await probe.ProbeAsync(cancellationToken);
            }
            catch (StorageUnavailableException e)
            {
                return HealthCheckResult.Unhealthy($"{probe.Name} does not answer: {e.Message}", e);
            }
        }

        return HealthCheckResult.Healthy();
    }
}
