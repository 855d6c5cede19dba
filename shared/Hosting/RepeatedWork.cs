using Microsoft.Extensions.Hosting;

namespace Pipeline.Hosting;

/// <summary>Work that is done again and again once the host has started. What fails is told, and tried again after the same pause.</summary>
/// <param name="lifetime">Tells when the host has started.</param>
/// <param name="time">Measures the pauses.</param>
public abstract class RepeatedWork(IHostApplicationLifetime lifetime, TimeProvider time) : BackgroundService
{
    /// <summary>Between the end of one time and the beginning of the next.</summary>
    protected abstract TimeSpan Interval { get; }

    /// <summary>Does it once.</summary>
    protected abstract Task DoAsync(CancellationToken ct);

    /// <summary>Tells what it failed by.</summary>
    protected abstract void Failed(Exception exception);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.WaitUntilStartedAsync(stoppingToken);
        while (true)
        {
            try
            {
                await DoAsync(stoppingToken);
            }
#pragma warning disable CA1031 // A store or the broker may be away; what is due stays due.
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                Failed(exception);
            }

            await Task.Delay(Interval, time, stoppingToken);
        }
    }
}
