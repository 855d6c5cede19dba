using Microsoft.Extensions.Hosting;

namespace Pipeline.Hosting;

/// <summary>Waits for the host.</summary>
public static class HostLifetimeExtensions
{
    /// <summary>
    /// Completes when the host has started. What is published or asked before the endpoints are bound would be lost.
    /// </summary>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public static async Task WaitUntilStartedAsync(this IHostApplicationLifetime lifetime, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(lifetime);
        var started = new TaskCompletionSource();
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(ct);
    }
}
